import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeCodes, controlServerName, toBase64url } from '@sallyport/protocol';
import { until } from '../harness/errands.ts';
import { issue, makeAuthority } from '../harness/forged-certificates.ts';
import { approvedBy } from '../harness/forge.ts';
import { Siege } from '../harness/siege.ts';
import type { Part } from '../harness/world.ts';
import { forgedGrants, forgedOrders, forgedTrust, rewritten } from './forgeries.ts';

const inert = { state: 'inert', camera: 'NotAllowedError', join: 'wrong-state' };

/** T7: control, its database and its port belong to an attacker. After each attempt the laptop is inert and alive. */
describe('control taken over', () => {
  let siege: Siege;

  const approved = (statement: Parameters<typeof approvedBy>[0], ...by: readonly (Part | 'attacker')[]) =>
    approvedBy(statement, siege.approver, ...by.map((part) => siege.passkey(part)));
  const expectInert = async (): Promise<void> => {
    await siege.kiosk.shows('inert');
    expect(await siege.observe()).toEqual(inert);
  };

  beforeAll(async () => {
    siege = await Siege.begin();
  });

  afterAll(async () => {
    await siege.close();
  });

  test('S14 control’s link refuses a foreign client certificate, and none, in TLS', async () => {
    const { authority, device } = siege.forge.spoils;
    const foreign = await issue(await makeAuthority('Sallyport device CA'), device.id, 'client');
    expect(await siege.knock({ cert: foreign.chain, key: foreign.key })).toMatch(/^ERR_SSL_|ECONNRESET|closed/);
    expect(await siege.knock({})).toMatch(/^ERR_SSL_|ECONNRESET|closed/);
    // The same knock with the authority's certificate gets through TLS: it is the certificate that decides.
    const own = await issue(authority, device.id, 'client');
    expect(await siege.knock({ cert: own.chain, key: own.key })).toBe('HTTP/1.1 101 Switching Protocols');
  });

  test('S14 the laptop goes to whoever holds control’s key: from here on that is the attacker', async () => {
    await siege.world.control().stop();
    await siege.occupy();
    const { hello } = await siege.connection();
    expect(hello).toMatchObject({ kind: 'hello', state: 'inert', manifestVersion: 1, rosterVersion: 1 });
    await siege.untilConnected();
    await expectInert();
  });

  test.each(forgedGrants)('a grant $what opens nothing', async ({ reason, changes, by = ['nurse'], place, spoil }) => {
    const grant = siege.forge.grant(await siege.nonce(), changes?.(siege));
    const where = { ...siege.approver, ...place?.(siege) };
    const given = approvedBy(grant, where, ...by.map((part) => siege.passkey(part)));
    const statement = spoil === undefined ? given.statement : rewritten(given.statement, spoil);
    const answer = await siege.openWith({ ...given, statement });
    expect(answer).toMatchObject({ ok: false, refusal: { reason } });
    await expectInert();
    expect(siege.isJournalThere).toBe(false);
  });

  test('S4 a grant that people approved opens no other appointment, and the pairing code comes back', async () => {
    const { forge } = siege;
    const grant = approved(forge.grant(await siege.nonce()), 'nurse');
    const consultant = { ...forge.appointment.consultant, id: randomUUID(), name: 'Dr Mallory' };
    const appointment = { ...forge.appointment, consultant };
    const share = await forge.seal(grant);
    const answer = await (await siege.connection()).ask('grant.open', { grant, share, appointment, upcoming: [] });
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'malformed' } });
    await expectInert();
    expect(await siege.kiosk.pairingCode()).toHaveLength(6);
  });

  test('S8 a grant with another’s half of the key opens nothing, and the pairing code comes back', async () => {
    const { forge } = siege;
    const grant = approved(forge.grant(await siege.nonce()), 'nurse');
    const share = await forge.seal(approved(forge.grant(toBase64url(randomBytes(16))), 'nurse'));
    const { appointment } = forge;
    const answer = await (await siege.connection()).ask('grant.open', { grant, share, appointment, upcoming: [] });
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'failed' } });
    await expectInert();
    expect(await siege.kiosk.pairingCode()).toHaveLength(6);
    expect(siege.isJournalThere).toBe(false);
  });

  test('S5 a true grant opens the laptop once: not again, and not after a power cut either', async () => {
    const grant = approved(siege.forge.grant(await siege.nonce()), 'nurse');
    expect(await siege.openWith(grant)).toMatchObject({ ok: true });
    await siege.kiosk.shows('open');
    expect(await siege.openWith(grant)).toMatchObject({ ok: false, refusal: { reason: 'wrong-state' } });
    expect(await (await siege.connection()).ask('activation.lock', {})).toMatchObject({ ok: true });
    await expectInert();
    expect(await siege.openWith(grant)).toMatchObject({ ok: false, refusal: { reason: 'replayed' } });
    await siege.kiosk.powerOff('cut');
    await siege.kiosk.powerOn();
    await siege.untilConnected();
    expect(await siege.openWith(grant)).toMatchObject({ ok: false, refusal: { reason: 'replayed' } });
    await expectInert();
  });

  test.each(forgedOrders)('a brick order $what destroys nothing', async ({ outcome, changes, by }) => {
    const order = approved(siege.forge.order('brick', changes?.(siege)), ...by);
    expect(await siege.execute(order)).toEqual(outcome);
    await expectInert();
    expect(siege.isTombstoneThere).toBe(false);
  });

  test('S5 S9 a true order is obeyed once: repeated it changes nothing, and an older one is refused', async () => {
    const older = approved(siege.forge.order('suspend'), 'officer');
    const suspend = approved(siege.forge.order('suspend'), 'officer');
    expect(await siege.execute(suspend)).toEqual({ result: 'executed' });
    await siege.kiosk.shows('suspended');
    expect(await siege.execute(approved(siege.forge.order('resume'), 'officer'))).toEqual({ result: 'executed' });
    await expectInert();
    expect(await siege.execute(suspend)).toEqual({ result: 'executed' });
    await expectInert();
    expect(await siege.execute(older)).toEqual({ result: 'refused', reason: 'replayed' });
    await expectInert();
  });

  test.each(forgedTrust)('S6 $what is not taken', async ({ reason, manifest, roster, by }) => {
    const { forge, reported, served } = siege;
    siege.serveStolen();
    if (manifest !== undefined) served.manifests = [approved(forge.manifest(manifest(siege)), ...by)];
    const people = roster && approved(forge.roster(roster(siege)), ...by);
    if (people !== undefined) served.rosters.set(forge.spoils.device.site, people);
    const connection = await siege.connection();
    reported.length = 0;
    connection.tell('trust.published', {});
    await until('the laptop says why', async () => reported.includes(`statement-refused: trust: ${reason}`));
    connection.end();
    await connection.closed;
    const { hello } = await siege.connection();
    expect(hello).toMatchObject({ manifestVersion: 1, rosterVersion: 1 });
    await siege.untilConnected();
    const grant = approved(forge.grant(await siege.nonce()), 'attacker');
    expect(await siege.openWith(grant)).toMatchObject({ ok: false, refusal: { reason: 'unknown-credential' } });
    await expectInert();
  });

  const badFrames: [string, unknown, number][] = [
    ['no JSON', 'open sesame', closeCodes.malformed],
    ['a list', [], closeCodes.malformed],
    ['a request without a method', { kind: 'request', id: 1, params: {} }, closeCodes.malformed],
    ['a request numbered 0', { kind: 'request', id: 0, method: 'x', params: {} }, closeCodes.malformed],
    ['one member too rich', { kind: 'notification', method: 'x', params: {}, extra: 1 }, closeCodes.malformed],
    ['of another kind', { kind: 'command', id: 1, method: 'open', params: {} }, closeCodes.malformed],
    ['bytes', Buffer.from([1, 2, 3]), closeCodes.malformed],
    ['three million characters long', JSON.stringify('x'.repeat(3_000_000)), closeCodes.malformed],
    ['five million characters long', JSON.stringify('x'.repeat(5_000_000)), 1009],
  ];

  test.each(badFrames)(
    'S14 a frame that is %s closes the link; the laptop comes back, inert',
    async (_, frame, code) => {
      const connection = await siege.connection();
      connection.send(frame);
      expect(await connection.closed).toBe(code);
      await siege.connection();
      await expectInert();
    },
  );

  test('S14 a message in hundreds of pieces closes the link; the laptop comes back, inert', async () => {
    const connection = await siege.connection();
    connection.sendFragments(500);
    expect(await connection.closed).toBeGreaterThan(1000);
    await siege.connection();
    await expectInert();
  });

  test('S1 methods and parameters outside the contract get typed refusals', async () => {
    const connection = await siege.connection();
    for (const method of ['toString', '__proto__', 'constructor', 'room.admit', 'device.open', 'eval']) {
      const answer = await connection.ask(method, {});
      expect({ method, answer }).toMatchObject({ answer: { ok: false, refusal: { reason: 'unknown-method' } } });
    }
    const nested = JSON.parse('['.repeat(2000) + ']'.repeat(2000)) as unknown;
    for (const method of ['pairing.check', 'grant.open', 'order.execute', 'activation.lock']) {
      for (const params of [null, [], 'x', 7, { extra: 1 }, nested]) {
        const answer = await connection.ask(method, params);
        expect({ method, answer }).toMatchObject({ answer: { ok: false, refusal: { reason: 'malformed' } } });
      }
    }
    await expectInert();
  });

  test('S9 a flood of orders is answered within bounds, and the laptop goes on', async () => {
    const connection = await siege.connection();
    const order = approved(siege.forge.order('brick'), 'attacker');
    const answers = await Promise.all(Array.from({ length: 300 }, () => connection.ask('order.execute', { order })));
    const tooMany = answers.filter((answer) => !answer.ok && answer.refusal.reason === 'too-many');
    expect(tooMany.length).toBeGreaterThan(0);
    expect(answers.filter(({ ok }) => ok).length + tooMany.length).toBe(300);
    await expectInert();
    expect(siege.isTombstoneThere).toBe(false);
  });

  const greetings: [string, (device: { id: string; name: string; site: string }) => Record<string, unknown>][] = [
    ['another version', (device) => ({ kind: 'welcome', version: 2, device, time: Date.now() })],
    [
      'another laptop’s name',
      (device) => ({ kind: 'welcome', version: 1, device: { ...device, id: randomUUID() }, time: Date.now() }),
    ],
    ['a request in its place', () => ({ kind: 'request', id: 1, method: 'activation.lock', params: {} })],
  ];

  test.each(greetings)('S14 a welcome with %s is none', async (_, greeting) => {
    const { evil } = siege;
    evil.greeting = greeting(siege.forge.spoils.device);
    const seen = evil.arrivals;
    (await siege.connection()).end();
    const refused = await until('the laptop tries again', async () => evil.arrivals > seen && evil.latest);
    expect(await refused.closed).toBe(closeCodes.malformed);
    evil.greeting = undefined;
    await siege.untilConnected();
    await expectInert();
  });

  test('S14 the laptop speaks to nobody whom the pinned authority did not make control', async () => {
    const { authority } = siege.forge.spoils;
    const foreign = await issue(await makeAuthority('Sallyport device CA'), controlServerName, 'server');
    const otherLaptop = await issue(authority, randomUUID(), 'client');
    const otherServer = await issue(authority, 'control.example', 'server');
    for (const identity of [foreign, otherLaptop, otherServer]) {
      await siege.occupy(identity);
      await until('the laptop tried', async () => siege.evil.failedHandshakes.length > 0);
      expect(siege.evil.arrivals).toBe(0);
      await siege.kiosk.page.locator('[data-testid="link-state"][data-link="unreachable"]').waitFor();
      expect(await siege.kiosk.page.getByTestId('link-state').innerText()).toBe('Not connected');
      await siege.kiosk.page.getByTestId('pairing-unavailable').waitFor();
      await expectInert();
    }
    await siege.occupy();
    await siege.untilConnected();
    await expectInert();
  });

  test('S9 after all that the laptop still obeys the people', async () => {
    const suspend = approved(siege.forge.order('suspend'), 'otherOfficer');
    expect(await siege.execute(suspend)).toEqual({ result: 'executed' });
    await siege.kiosk.shows('suspended');
    expect(await siege.execute(approved(siege.forge.order('resume'), 'officer'))).toEqual({ result: 'executed' });
    await expectInert();
  });
});
