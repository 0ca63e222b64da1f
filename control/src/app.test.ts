import { fromBase64url, type ConsoleAnswer, type ConsoleRoute } from '@sallyport/protocol';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../test/harness/ports.ts';
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from '../../test/harness/software-authenticator.ts';
import { createControl, type Control } from './app.ts';
import { initialise, setupAddress } from './cli-init.ts';
import { createConfiguration, type Configuration } from './config.ts';
import { planOf, testPlan } from './people/testing.ts';
import { testWorkerBinary } from './sfu/testing.ts';

const run = promisify(execFile);

describe('control, whole, on ports of its own', () => {
  let directory: string;
  let configuration: Configuration;
  let control: Control;
  let token: string;
  let logged = '';
  const passkeys = new Map<string, SoftwareAuthenticator>();
  const logger = pino({ level: 'info' }, { write: (line: string) => void (logged += line) });

  beforeAll(async () => {
    const worker = await testWorkerBinary();
    if (worker !== undefined) process.env['MEDIASOUP_WORKER_BIN'] = worker;
    directory = await mkdtemp(path.join(tmpdir(), 'sallyport-app-'));
    await run('chmod', ['711', directory]);
    const [console, approver, link, enrolment, media] = await freePorts(5);
    configuration = createConfiguration({
      dataDirectory: path.join(directory, 'data'),
      console: { port: console },
      approver: { port: approver },
      link: { port: link },
      enrolment: { port: enrolment },
      media: { port: media, workers: 1 },
    });
    token = await initialise(configuration, planOf(testPlan));
    control = createControl(configuration, { logger });
    await control.start();
  });
  afterAll(async () => {
    await control.close();
    await rm(directory, { recursive: true, force: true });
  });

  interface Signed {
    cookie: string;
    csrf: string;
  }
  const ask = (method: string, url: string, body?: object, signed?: Signed): Promise<Response> =>
    fetch(`${configuration.console.origin}${url}`, {
      method,
      headers: {
        origin: configuration.console.origin,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(signed === undefined ? {} : { cookie: signed.cookie, 'x-csrf-token': signed.csrf }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const answerOf = async <N extends ConsoleRoute>(_route: N, asked: Promise<Response>): Promise<ConsoleAnswer<N>> => {
    const answer = await asked;
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as ConsoleAnswer<N>;
  };
  const signIn = async (name: string): Promise<Signed> => {
    const options = await answerOf('signInOptions', ask('POST', '/api/session/options', {}));
    const assertion = passkeys.get(name)?.assert(options, configuration.console.origin);
    const answer = await ask('POST', '/api/session', { assertion });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { csrfToken } = (await answer.json()) as ConsoleAnswer<'signIn'>;
    return { cookie, csrf: csrfToken };
  };

  test('the founding ceremony’s address carries the token where browsers send it to nobody', () => {
    expect(setupAddress(configuration, token)).toBe(`${configuration.console.origin}/setup/#${token}`);
  });

  test('nobody signs in before the fleet is founded (S15)', async () => {
    const view = await answerOf('setupView', ask('POST', '/api/setup/view', { token }));
    for (const { id, name } of view.people) {
      const options = await answerOf(
        'setupRegistrationOptions',
        ask('POST', '/api/setup/registration-options', { token, person: id }),
      );
      const passkey = createSoftwareAuthenticator();
      passkeys.set(name, passkey);
      const registration = passkey.register(options, configuration.console.origin);
      await answerOf('setupRegister', ask('POST', '/api/setup/register', { token, person: id, registration }));
    }
    const options = await answerOf('signInOptions', ask('POST', '/api/session/options', {}));
    const assertion = passkeys.get('Nina Nurse')?.assert(options, configuration.console.origin);
    expect((await ask('POST', '/api/session', { assertion })).status).toBe(401);
  });

  test('the fleet is founded over HTTP, and the token is worth nothing afterwards', async () => {
    const { documents } = await answerOf('setupView', ask('POST', '/api/setup/view', { token }));
    let finished = false;
    for (const { id, task, needed } of documents) {
      const asked = [...passkeys.values()].filter(({ credential }) => task.credentials.includes(credential.id));
      for (const passkey of asked.slice(0, needed)) {
        const bytes = fromBase64url(task.statement) ?? new Uint8Array();
        const place = { rpId: configuration.rpId, origin: configuration.approver.origin };
        const body = { token, document: id, approval: passkey.approve(bytes, place) };
        ({ finished } = await answerOf('setupApprove', ask('POST', '/api/setup/approve', body)));
      }
    }
    expect(finished).toBe(true);
    expect((await ask('POST', '/api/setup/view', { token })).status).toBe(403);
  });

  test('people sign in, see what is theirs, and sign out', async () => {
    const nurse = await signIn('Nina Nurse');
    const session = await answerOf('session', ask('GET', '/api/session', undefined, nurse));
    expect(session).toMatchObject({ person: { name: 'Nina Nurse' }, csrfToken: nurse.csrf });
    expect(await answerOf('siteDevices', ask('GET', '/api/site/devices', undefined, nurse))).toEqual({ devices: [] });
    expect((await ask('GET', '/api/fleet/audit', undefined, nurse)).status).toBe(403);
    expect((await ask('DELETE', '/api/session', undefined, nurse)).status).toBe(200);
    expect((await ask('GET', '/api/site/devices', undefined, nurse)).status).toBe(401);
  });

  test('signing in again ends the session before (S15)', async () => {
    const first = await signIn('Nina Nurse');
    const options = await answerOf('signInOptions', ask('POST', '/api/session/options', {}));
    const assertion = passkeys.get('Nina Nurse')?.assert(options, configuration.console.origin);
    const again = await ask('POST', '/api/session', { assertion }, first);
    expect(again.status).toBe(200);
    expect((await ask('GET', '/api/site/devices', undefined, first)).status).toBe(401);
  });

  test('trust changes over HTTP: invited, proposed, approved, in force (S26)', async () => {
    const manager = await signIn('Mary Manager');
    const wanted = { name: 'Nerys Nurse', role: 'healthcare', site: null, person: null };
    const { link, invitation } = await answerOf('invite', ask('POST', '/api/invitations', wanted, manager));
    const invited = { token: link.split('#')[1] };
    const options = await answerOf(
      'invitationRegistrationOptions',
      ask('POST', '/api/invitation/registration-options', invited),
    );
    const passkey = createSoftwareAuthenticator();
    const registration = passkey.register(options, configuration.console.origin);
    await answerOf('invitationRegister', ask('POST', '/api/invitation/register', { ...invited, registration }));
    const newcomer = { ...invitation.person, credentials: [passkey.credential] };
    const notAfter = Date.now() + 300 * 86_400_000;
    const proposed = ask('POST', '/api/proposals/roster', { people: [newcomer], notAfter }, manager);
    const { id, task } = await answerOf('proposeRoster', proposed);
    const place = { rpId: configuration.rpId, origin: configuration.approver.origin };
    const approval = passkeys.get('Mary Manager')?.approve(fromBase64url(task.statement) ?? new Uint8Array(), place);
    const approved = ask('POST', `/api/proposals/${id}/approve`, { approval }, manager);
    expect(await answerOf('approveProposal', approved)).toEqual({ proposal: null });
    passkeys.set('Nerys Nurse', passkey);
    expect(await signIn('Nerys Nurse')).toMatchObject({ csrf: expect.any(String) as string });
  });

  test('a whole prison fits into one proposal, and nothing else is as long', async () => {
    const manager = await signIn('Mary Manager');
    const people = Array.from({ length: 2000 }, () => ({
      ...{ id: randomUUID(), name: 'Somebody With A Long Name' },
      credentials: [createSoftwareAuthenticator().credential],
    }));
    const body = { people, notAfter: Date.now() + 300 * 86_400_000 };
    expect((await ask('POST', '/api/proposals/roster', body, manager)).status).toBe(409);
    expect((await ask('POST', '/api/session', { assertion: { long: 'x'.repeat(70_000) } })).status).toBe(413);
  });

  test('officers read the record of all that', async () => {
    const officer = await signIn('Olive Officer');
    const { entries } = await answerOf('audit', ask('GET', '/api/fleet/audit', undefined, officer));
    const actions = entries.map((entry) => entry.action);
    expect(actions).toContain('fleet.founded');
    expect(actions).toContain('person.signed-out');
    const { sites } = await answerOf('fleetSites', ask('GET', '/api/fleet/sites', undefined, officer));
    expect(sites.map((site) => site.name)).toEqual(['HMP Example']);
    const body = { name: 'Laptop 1', site: sites[0]?.id };
    const { ticket } = await answerOf('createTicket', ask('POST', '/api/fleet/tickets', body, officer));
    expect(ticket).toContain(configuration.enrolment.address);
  });

  test('it says that it is well', async () => {
    expect(await (await fetch(`${configuration.console.origin}/readyz`)).json()).toEqual({
      status: 'ready',
      checks: { database: true, media: true },
    });
    const metrics = await (await fetch(`${configuration.console.origin}/metrics`)).text();
    expect(metrics).toContain('sallyport_media_workers 1');
    expect(metrics).toContain('sallyport_devices_overdue 0');
  });

  test('the approver is a site of its own that knows where requests may come from (S20)', async () => {
    const answer = await fetch(`${configuration.approver.origin}/approver.json`);
    expect(await answer.json()).toEqual({ rpId: 'localhost', consoleOrigin: configuration.console.origin });
    const policy = answer.headers.get('content-security-policy');
    expect(policy).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
    );
    expect((await fetch(`${configuration.approver.origin}/api/session`)).status).toBe(404);
  });

  test('the log holds no token, no cookie and nobody’s name (S19)', () => {
    expect(logged).not.toBe('');
    for (const secret of [token, 'Nina Nurse', 'sallyport-local']) expect(logged).not.toContain(secret);
  });

  test('the database is on a socket only its own account may use, and its password is this account’s (S24)', async () => {
    const postgres = path.join(configuration.dataDirectory, 'postgres');
    const { mode } = await stat(path.join(postgres, 'password'));
    expect(mode & 0o777).toBe(0o600);
    expect((await stat(path.join(postgres, 'socket'))).mode & 0o777).toBe(0o700);
    expect((await readdir(path.join(postgres, 'socket'))).some((name) => name.startsWith('.s.PGSQL'))).toBe(true);
    const [, , , port, listening] = (await readFile(path.join(postgres, 'cluster/postmaster.pid'), 'utf8')).split('\n');
    expect([port, listening]).toEqual(['5432', path.join(postgres, 'socket')]);
  });

  test('the key of the server shares was made outside the database, for this account alone (S35)', async () => {
    const file = path.join(configuration.dataDirectory, 'share-keys.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [, key = ''] = /"key": "([^"]+)"/.exec(await readFile(file, 'utf8')) ?? [];
    expect(key).toHaveLength(43);
    expect(logged).not.toContain(key);
  });

  test('other systems are told what they can read, and read nothing without a token (S43)', async () => {
    expect(await (await ask('GET', '/fhir/R4/metadata')).json()).toMatchObject({ resourceType: 'CapabilityStatement' });
    const answer = await ask('GET', '/fhir/R4/Appointment', undefined, await signIn('Nina Nurse'));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });

  test('it stops in order and starts again with everything kept', async () => {
    await control.close();
    await expect(fetch(`${configuration.console.origin}/healthz`)).rejects.toThrow();
    control = createControl(configuration, { logger });
    await control.start();
    const trustee = await signIn('Tara Trustee');
    const { entries } = await answerOf('audit', ask('GET', '/api/fleet/audit', undefined, trustee));
    expect(entries.map((entry) => entry.action)).toContain('fleet.founded');
  });

  test('a second control on the same data is refused in words and disturbs nothing', async () => {
    await expect(createControl(configuration, { logger }).start()).rejects.toThrow('Another control serves');
    expect((await fetch(`${configuration.console.origin}/readyz`)).status).toBe(200);
  });

  test('a configuration for another approver is refused in words', async () => {
    await control.close();
    const [port] = await freePorts(1);
    const approver = { ...configuration.approver, origin: `http://localhost:${String(port)}` };
    const other = createControl({ ...configuration, approver }, { logger });
    await expect(other.start()).rejects.toThrow('Correct the configuration');
    await other.close();
  });
});
