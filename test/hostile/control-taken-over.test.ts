import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApprovedStatement, Grant, Manifest, Order } from '@sallyport/protocol';
import { closeCodes, controlServerName, decodeReceipt, fromBase64url, toBase64url } from '@sallyport/protocol';
import { createDeviceCa, DeviceCa, verifyCertificateRequest } from '../../control/src/devices/device-ca.ts';
import { makeLaptopKeys } from '../../control/src/laptop-testing.ts';
import { ConsoleClient } from '../harness/console-client.ts';
import { openControlDatabase } from '../harness/control-database.ts';
import { approverOf, until, writeTicket } from '../harness/errands.ts';
import { EvilControl, type EvilConnection, type LaptopAnswer } from '../harness/evil-control.ts';
import { approvedBy, Forge, plunder } from '../harness/forge.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { samplePerson } from '../harness/sample-fleet.ts';
import { createSoftwareAuthenticator, type ApprovalPlace } from '../harness/software-authenticator.ts';
import { createWorld, type Part, type World } from '../harness/world.ts';

/** T7: control, its database and its port belong to an attacker. Each test ends with the laptop inert and alive. */
describe('control taken over', () => {
  let world: World;
  let kiosk: Kiosk;
  let evil: EvilControl;
  let forge: Forge;
  let approver: ApprovalPlace;
  const attacker = samplePerson('Mallory');
  /** What the laptop has reported: `event: detail`. */
  const reported: string[] = [];
  let linkPort = 0;

  const passkey = (part: Part) => createSoftwareAuthenticator(world.people[part].exportPasskey());
  const authority = () => DeviceCa.load(forge.spoils.authority, Date);
  const takeLinkOver = async (): Promise<void> => {
    const { authority: stolen, device, manifest, roster } = forge.spoils;
    const identity = await (await authority()).issueServer();
    evil = await EvilControl.start({ port: linkPort, identity, laptopAuthority: stolen.certificate, device });
    evil.answers.set('trust.fetch', () => ({ manifests: [manifest.approved], roster: roster.approved }));
    evil.answers.set('record.report', (params) => {
      const { events } = params as { events: { event: string; detail?: string }[] };
      reported.push(...events.map(({ event, detail = '' }) => `${event}: ${detail}`));
      return {};
    });
    for (const method of ['activation.ended', 'receipt.deliver']) evil.answers.set(method, () => ({}));
  };

  /** The nonce of the code on the screen, as a nurse who typed it would have made the laptop give it. */
  const nonce = async (connection: EvilConnection): Promise<string> => {
    const answer = await connection.ask('pairing.check', { code: await kiosk.pairingCode() });
    return (answer as { result: { nonce: string } }).result.nonce;
  };
  const openWith = async (connection: EvilConnection, grant: ApprovedStatement): Promise<LaptopAnswer> =>
    connection.ask('grant.open', { grant, share: await forge.seal(grant), appointment: forge.appointment });
  const execute = async (order: ApprovedStatement): Promise<unknown> => {
    const answer = await (await evil.connection()).ask('order.execute', { order });
    if (!answer.ok) return answer.refusal;
    const { receipt } = answer.result as { receipt: string };
    return decodeReceipt(fromBase64url(receipt) ?? new Uint8Array())?.outcome;
  };

  const expectInert = async (): Promise<void> => {
    await kiosk.shows('inert');
    const seen = await kiosk.page.evaluate(async () => ({
      snapshot: await window.sallyport.invoke('snapshot', {}),
      camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => 'given',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      ),
      join: await window.sallyport.invoke('join', {}),
    }));
    expect(seen).toMatchObject({
      snapshot: { ok: true, value: { state: 'inert' } },
      camera: 'NotAllowedError',
      join: { ok: false, refusal: { reason: 'wrong-state' } },
    });
  };
  const isJournalThere = () => existsSync(join(kiosk.dataFolder, 'journal', 'consultations.sealed'));

  beforeAll(async () => {
    world = await createWorld();
    approver = approverOf(world);
    linkPort = Number(world.addresses.link.split(':')[1]);
    const officer = await ConsoleClient.signIn(world, 'officer');
    kiosk = await Kiosk.start();
    await kiosk.enrol(await writeTicket(officer, 'HB-07'));
    const database = await openControlDatabase(world);
    forge = new Forge(await plunder(database, 'HB-07'));
    await database.close();
  });

  afterAll(async () => {
    await evil.close();
    await kiosk.close();
    await world.close();
  });

  /** What becomes of somebody who knocks at control's link with a certificate, or none. */
  const knock = (client: { cert?: string; key?: string }): Promise<string> =>
    new Promise((resolve) => {
      const { certificate: ca } = forge.spoils.authority;
      const socket = connect({ host: '127.0.0.1', port: linkPort, servername: controlServerName, ca, ...client });
      socket.once('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message));
      socket.once('data', (data: Buffer) => {
        socket.destroy();
        resolve(data.toString('utf8').split('\r\n')[0] ?? '');
      });
      socket.once('close', () => resolve('closed'));
      socket.write(
        'GET / HTTP/1.1\r\nhost: control\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
          'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
    });

  test('S14 control’s link refuses a foreign client certificate, and none, in TLS', async () => {
    const keys = await makeLaptopKeys();
    const request = await verifyCertificateRequest(keys.certificateRequest);
    if (request === undefined) throw new Error('no request');
    const foreign = await DeviceCa.load(await createDeviceCa(Date), Date);
    const { pem } = await foreign.issueDevice(forge.spoils.device.id, request);
    expect(await knock({ cert: pem, key: keys.signingKey })).toMatch(/^ERR_SSL_|ECONNRESET|closed/);
    expect(await knock({})).toMatch(/^ERR_SSL_.*CERTIFICATE_REQUIRED|ECONNRESET|closed/);
    const own = await (await authority()).issueDevice(forge.spoils.device.id, request);
    expect(await knock({ cert: own.pem, key: keys.signingKey })).toBe('HTTP/1.1 101 Switching Protocols');
  });

  test('S14 the laptop goes to whoever holds control’s key; from here on that is the attacker', async () => {
    await world.control().stop();
    await takeLinkOver();
    const { hello } = await evil.connection();
    expect(hello).toMatchObject({ kind: 'hello', state: 'inert', manifestVersion: 1, rosterVersion: 1 });
    await expectInert();
  });

  interface Forgery {
    what: string;
    reason: string;
    changes?: () => Partial<Grant>;
    by?: readonly Part[] | 'attacker';
    place?: () => Partial<ApprovalPlace>;
    /** Changes the statement after it was approved. */
    spoil?: (text: string) => string;
  }
  const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;
  const otherDevice = () => ({ id: randomUUID(), name: 'HB-08', site: forge.spoils.device.site });
  const forgeries: Forgery[] = [
    { what: 'S4 that nobody approved', reason: 'too-few-people', by: [] },
    { what: 'S4 approved by a passkey nobody knows', reason: 'unknown-credential', by: 'attacker' },
    { what: 'S4 approved by a fleet officer', reason: 'unknown-credential', by: ['officer'] },
    { what: 'S4 approved by the site’s manager', reason: 'unknown-credential', by: ['prisonManager'] },
    { what: 'S4 approved by a nurse of another prison', reason: 'unknown-credential', by: ['otherNurse'] },
    { what: 'S4 approved by the consultant', reason: 'unknown-credential', by: ['consultant'] },
    { what: 'S5 for another laptop', reason: 'wrong-device', changes: () => ({ device: otherDevice() }) },
    {
      what: 'S5 for this laptop at another site',
      reason: 'wrong-site',
      changes: () => ({ device: { ...forge.spoils.device, site: randomUUID() } }),
    },
    { what: 'S4 of another fleet', reason: 'wrong-fleet', changes: () => ({ fleet: randomUUID() }) },
    { what: 'S4 with a byte changed after the approval', reason: 'wrong-challenge', spoil: (text) => withLater(text) },
    { what: 'S4 with a space added after the approval', reason: 'malformed', spoil: (text) => text.replace(',', ', ') },
    {
      what: 'S5 that is too old',
      reason: 'expired',
      changes: () => ({ issuedAt: minutesAgo(10), notAfter: minutesAgo(5), openUntil: minutesAgo(-10) }),
    },
    {
      what: 'S5 from the future',
      reason: 'not-yet-valid',
      changes: () => ({ issuedAt: minutesAgo(-20), notAfter: minutesAgo(-24), openUntil: minutesAgo(-30) }),
    },
    { what: 'S5 to be kept for later', reason: 'malformed', changes: () => ({ notAfter: minutesAgo(-60) }) },
    { what: 'S5 to stay open all day', reason: 'malformed', changes: () => ({ openUntil: minutesAgo(-600) }) },
    { what: 'S6 under a manifest to come', reason: 'unknown-manifest', changes: () => ({ manifestVersion: 2 }) },
    {
      what: 'S4 approved on the console’s page instead of the approver’s',
      reason: 'wrong-origin',
      place: () => ({ origin: world.addresses.console }),
    },
    { what: 'S4 approved in a frame of another page', reason: 'wrong-origin', place: () => ({ crossOrigin: true }) },
    {
      what: 'S4 approved for another relying party',
      reason: 'wrong-relying-party',
      place: () => ({ rpId: 'sallyport.example' }),
    },
    {
      what: 'S4 approved without verifying the person',
      reason: 'not-verified',
      place: () => ({ userVerified: false }),
    },
    {
      what: 'S1 for a pairing code that was never typed',
      reason: 'wrong-code',
      changes: () => ({ pairingNonce: toBase64url(randomBytes(16)) }),
    },
  ];

  test.each(forgeries)('a grant $what opens nothing', async ({ reason, changes, by = ['nurse'], place, spoil }) => {
    const connection = await evil.connection();
    const grant = forge.grant(await nonce(connection), changes?.());
    const passkeys = by === 'attacker' ? [attacker.authenticator] : by.map(passkey);
    const approved = approvedBy(grant, { ...approver, ...place?.() }, ...passkeys);
    const statement = spoil === undefined ? approved.statement : rewritten(approved.statement, spoil);
    const answer = await openWith(connection, { ...approved, statement });
    expect(answer).toMatchObject({ ok: false, refusal: { reason } });
    await expectInert();
    expect(isJournalThere()).toBe(false);
  });

  test('S4 an approved grant opens no other appointment, and the pairing code comes back', async () => {
    const connection = await evil.connection();
    const grant = approvedBy(forge.grant(await nonce(connection)), approver, passkey('nurse'));
    const appointment = {
      ...forge.appointment,
      consultant: { ...forge.appointment.consultant, id: randomUUID(), name: 'Dr Mallory' },
    };
    const answer = await connection.ask('grant.open', { grant, share: await forge.seal(grant), appointment });
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'malformed' } });
    await expectInert();
    expect(await kiosk.pairingCode()).toHaveLength(6);
  });

  test('S8 an approved grant without the true half of the key opens nothing, and the pairing code comes back', async () => {
    const connection = await evil.connection();
    const grant = approvedBy(forge.grant(await nonce(connection)), approver, passkey('nurse'));
    const other = approvedBy(forge.grant(toBase64url(randomBytes(16))), approver, passkey('nurse'));
    const { appointment } = forge;
    const answer = await connection.ask('grant.open', { grant, share: await forge.seal(other), appointment });
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'failed' } });
    await expectInert();
    expect(await kiosk.pairingCode()).toHaveLength(6);
    expect(isJournalThere()).toBe(false);
  });

  test('S5 a true grant opens the laptop once: never again, and not after a restart either', async () => {
    const connection = await evil.connection();
    const grant = approvedBy(forge.grant(await nonce(connection)), approver, passkey('nurse'));
    expect(await openWith(connection, grant)).toMatchObject({ ok: true });
    await kiosk.shows('open');
    expect(await openWith(connection, grant)).toMatchObject({ ok: false, refusal: { reason: 'wrong-state' } });
    expect(await connection.ask('activation.lock', {})).toMatchObject({ ok: true });
    await expectInert();
    expect(await openWith(connection, grant)).toMatchObject({ ok: false, refusal: { reason: 'replayed' } });
    await kiosk.powerOff('cut');
    await kiosk.powerOn();
    await kiosk.pairingCode();
    const again = await evil.connection();
    expect(await openWith(again, grant)).toMatchObject({ ok: false, refusal: { reason: 'replayed' } });
    await expectInert();
  });

  const forgedOrders: {
    what: string;
    outcome: unknown;
    changes?: () => Partial<Order>;
    by: Part[];
    kind?: Order['order'];
  }[] = [
    { what: 'S4 that nobody approved', outcome: { result: 'refused', reason: 'too-few-people' }, by: [] },
    { what: 'S4 approved by a nurse', outcome: { result: 'refused', reason: 'unknown-credential' }, by: ['nurse'] },
    { what: 'S4 approved by a trustee', outcome: { result: 'refused', reason: 'unknown-credential' }, by: ['trustee'] },
    {
      what: 'S7 for another laptop',
      outcome: { reason: 'wrong-device' },
      changes: () => ({ devices: [{ id: randomUUID(), name: 'HB-08', sequence: 1 }] }),
      by: ['officer'],
    },
    {
      what: 'S7 for two laptops with one person’s approval',
      outcome: { result: 'refused', reason: 'too-few-people' },
      changes: () => ({ devices: [...forge.order('brick').devices, { id: randomUUID(), name: 'HB-08', sequence: 1 }] }),
      by: ['officer'],
    },
    {
      what: 'S7 for two laptops, approved twice by one person',
      outcome: { result: 'refused', reason: 'too-few-people' },
      changes: () => ({ devices: [...forge.order('brick').devices, { id: randomUUID(), name: 'HB-08', sequence: 1 }] }),
      by: ['officer', 'officer'],
    },
    {
      what: 'S5 that is too old',
      outcome: { result: 'refused', reason: 'expired' },
      changes: () => ({ issuedAt: minutesAgo(90), notAfter: minutesAgo(60) }),
      by: ['officer'],
    },
  ];

  test.each(forgedOrders)('a brick order $what destroys nothing', async ({ outcome, changes, by }) => {
    const order = approvedBy(forge.order('brick', changes?.()), approver, ...by.map(passkey));
    expect(await execute(order)).toMatchObject(outcome as object);
    await expectInert();
    expect(existsSync(join(kiosk.dataFolder, 'tombstone', 'tombstone.json'))).toBe(false);
  });

  test('S7 S9 a true order is obeyed, once: replayed, and older ones, it does nothing', async () => {
    const older = approvedBy(forge.order('suspend'), approver, passkey('officer'));
    const suspend = approvedBy(forge.order('suspend'), approver, passkey('officer'));
    expect(await execute(suspend)).toEqual({ result: 'executed' });
    await kiosk.shows('suspended');
    expect(await execute(approvedBy(forge.order('resume'), approver, passkey('officer')))).toEqual({
      result: 'executed',
    });
    await expectInert();
    expect(await execute(suspend)).toEqual({ result: 'executed' });
    await expectInert();
    expect(await execute(older)).toEqual({ result: 'refused', reason: 'replayed' });
    await expectInert();
  });

  const mallory = () => attacker.named;
  const forgedTrust: {
    what: string;
    reason: string;
    manifest?: () => Partial<Manifest>;
    by: (Part | 'attacker')[];
    people?: () => { version: number };
  }[] = [
    {
      what: 'a manifest that makes the attacker an officer, approved by an officer',
      reason: 'unknown-credential',
      manifest: () => ({ version: 2, fleetOfficers: [mallory()] }),
      by: ['officer'],
    },
    {
      what: 'a manifest approved by its own new trustee',
      reason: 'unknown-credential',
      manifest: () => ({ version: 2, trustees: { threshold: 1, people: [mallory()] } }),
      by: ['attacker'],
    },
    {
      what: 'a manifest that its own new trustee did not approve',
      reason: 'unknown-credential',
      manifest: () => ({ version: 2, trustees: { threshold: 1, people: [mallory()] } }),
      by: ['trustee'],
    },
    {
      what: 'a manifest of the version in force',
      reason: 'replayed',
      manifest: () => ({ version: 1, fleetOfficers: [mallory()] }),
      by: ['trustee'],
    },
    {
      what: 'a manifest that skips a version',
      reason: 'unknown-manifest',
      manifest: () => ({ version: 3, fleetOfficers: [mallory()] }),
      by: ['trustee'],
    },
    {
      what: 'a roster with the attacker as a nurse, approved by another prison’s manager',
      reason: 'unknown-credential',
      people: () => ({ version: 2 }),
      by: ['otherPrisonManager'],
    },
    {
      what: 'a roster of the version in force',
      reason: 'replayed',
      people: () => ({ version: 1 }),
      by: ['prisonManager'],
    },
  ];

  test.each(forgedTrust)('S6 $what is not taken', async ({ reason, manifest, by, people }) => {
    const { spoils } = forge;
    const passkeys = by.map((part) => (part === 'attacker' ? attacker.authenticator : passkey(part)));
    const approved = (statement: Parameters<typeof approvedBy>[0]) => approvedBy(statement, approver, ...passkeys);
    const manifests = manifest === undefined ? [] : [approved(forge.manifest(manifest()))];
    const roster =
      people === undefined
        ? spoils.roster.approved
        : approved(forge.roster({ ...people(), people: [...spoils.roster.contents.people, mallory()] }));
    evil.answers.set('trust.fetch', () => ({ manifests, roster }));
    const connection = await evil.connection();
    reported.length = 0;
    connection.tell('trust.published', { manifestVersion: 2, rosterVersion: 2 });
    await until('the laptop says why', async () => reported.includes(`statement-refused: trust: ${reason}`));
    connection.end();
    await connection.closed;
    const { hello } = await evil.connection();
    expect(hello).toMatchObject({ manifestVersion: 1, rosterVersion: 1 });
    const grant = approvedBy(forge.grant(await nonce(await evil.connection())), approver, attacker.authenticator);
    const answer = await openWith(await evil.connection(), grant);
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'unknown-credential' } });
    await expectInert();
  });

  const badMessages: [string, unknown, number][] = [
    ['no JSON', 'open sesame', closeCodes.malformed],
    ['a list', [], closeCodes.malformed],
    ['a request without a method', { kind: 'request', id: 1, params: {} }, closeCodes.malformed],
    ['a request numbered 0', { kind: 'request', id: 0, method: 'x', params: {} }, closeCodes.malformed],
    ['a member too many', { kind: 'notification', method: 'x', params: {}, extra: 1 }, closeCodes.malformed],
    ['another kind', { kind: 'command', id: 1, method: 'open', params: {} }, closeCodes.malformed],
    ['bytes', Buffer.from([1, 2, 3]), closeCodes.malformed],
    ['three million characters', JSON.stringify('x'.repeat(3_000_000)), closeCodes.malformed],
    ['five million characters', JSON.stringify('x'.repeat(5_000_000)), 1009],
  ];

  test.each(badMessages)(
    'S14 a frame that is %s closes the link; the laptop comes back inert',
    async (_, message, code) => {
      const connection = await evil.connection();
      connection.send(message);
      expect(await connection.closed).toBe(code);
      await evil.connection();
      await expectInert();
    },
  );

  test('S14 a message in hundreds of pieces closes the link; the laptop comes back inert', async () => {
    const connection = await evil.connection();
    connection.sendFragments(500);
    expect(await connection.closed).toBeGreaterThan(1000);
    await evil.connection();
    await expectInert();
  });

  test('S1 methods that are not in the contract, and parameters that are not, get typed refusals', async () => {
    const connection = await evil.connection();
    for (const method of ['toString', '__proto__', 'constructor', 'room.admit', 'device.open', 'eval']) {
      expect(await connection.ask(method, {})).toEqual(refusal(method, 'unknown-method'));
    }
    const nested = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as unknown;
    for (const method of ['pairing.check', 'grant.open', 'order.execute', 'activation.lock']) {
      for (const params of [null, [], 'x', 7, { extra: 1 }, nested]) {
        expect(await connection.ask(method, params)).toEqual(refusal(method, 'malformed'));
      }
    }
    await expectInert();
  });

  test('S9 a flood of orders is answered, bounded, and the laptop goes on', async () => {
    const connection = await evil.connection();
    const order = approvedBy(forge.order('brick'), approver, attacker.authenticator);
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => connection.ask('order.execute', { order }).then((answer) => answer.ok)),
    );
    expect(answers).toHaveLength(300);
    expect(answers.filter((ok) => !ok).length).toBeGreaterThan(0);
    await expectInert();
  });

  const greetings: [string, () => Record<string, unknown>][] = [
    ['another version', () => ({ kind: 'welcome', version: 2, device: forge.spoils.device, time: Date.now() })],
    ['another laptop’s name', () => ({ kind: 'welcome', version: 1, device: otherDevice(), time: Date.now() })],
    ['an order', () => ({ kind: 'request', id: 1, method: 'activation.lock', params: {} })],
  ];

  test.each(greetings)('S14 a welcome with %s is none', async (_, greeting) => {
    evil.greeting = greeting();
    (await evil.connection()).end();
    const seen = evil.arrivals;
    const refused = await until('the laptop tries again', async () => evil.arrivals > seen && evil.latest);
    expect(await refused.closed).toBe(closeCodes.malformed);
    evil.greeting = undefined;
    await until('the laptop is back', async () => (await evil.connection()).isOpen && isConnected());
    await expectInert();
  });
  const isConnected = async (): Promise<boolean> =>
    (await kiosk.page.getByTestId('link-state').getAttribute('data-link')) === 'connected';

  test('S14 the laptop never speaks to a server that the pinned authority did not make control', async () => {
    const { authority: stolen, device } = forge.spoils;
    const foreign = await DeviceCa.load(await createDeviceCa(Date), Date);
    const keys = await makeLaptopKeys();
    const request = await verifyCertificateRequest(keys.certificateRequest);
    if (request === undefined) throw new Error('no request');
    const stolenLaptop = await (await authority()).issueDevice(randomUUID(), request);
    const identities = [await foreign.issueServer(), { chain: stolenLaptop.pem, key: keys.signingKey }];
    for (const identity of identities) {
      await evil.close();
      evil = await EvilControl.start({ port: linkPort, identity, laptopAuthority: stolen.certificate, device });
      await until('the laptop tried', async () => evil.failedHandshakes.length > 0);
      expect(evil.arrivals).toBe(0);
      await kiosk.page.locator('[data-testid="link-state"][data-link="unreachable"]').waitFor();
      expect(await kiosk.page.getByTestId('link-state').innerText()).toBe('Not connected');
      await kiosk.page.getByTestId('pairing-unavailable').waitFor();
      await expectInert();
    }
    await evil.close();
    await takeLinkOver();
    await kiosk.pairingCode();
    await expectInert();
  });

  test('S9 after all that the laptop still obeys the people', async () => {
    expect(await execute(approvedBy(forge.order('suspend'), approver, passkey('otherOfficer')))).toEqual({
      result: 'executed',
    });
    await kiosk.shows('suspended');
    expect(await execute(approvedBy(forge.order('resume'), approver, passkey('officer')))).toEqual({
      result: 'executed',
    });
    await expectInert();
  });
});

/** A refusal without its id: methods are named so that a failure says which. */
function refusal(_method: string, reason: string): unknown {
  return expect.objectContaining({ ok: false, refusal: { reason } });
}

function rewritten(statement: string, change: (text: string) => string): string {
  const text = Buffer.from(fromBase64url(statement) ?? new Uint8Array()).toString('utf8');
  return toBase64url(Buffer.from(change(text)));
}

/** The same grant, open one millisecond longer or shorter. */
function withLater(text: string): string {
  return text.replace(/"openUntil":(\d+)(\d)/, (_, most: string, last: string) => {
    return `"openUntil":${most}${(Number(last) + 1) % 10}`;
  });
}
