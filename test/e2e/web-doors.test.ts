import type { OutgoingHttpHeaders } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeStatement, toBase64url } from '@sallyport/protocol';
import { startBrowser, type Browser } from '../harness/browser.ts';
import { ConsoleClient, exchange, type HttpAnswer } from '../harness/console-client.ts';
import { openControlDatabase, type ControlDatabase } from '../harness/control-database.ts';
import { sampleFleet } from '../harness/sample-fleet.ts';
import { createWorld, type World } from '../harness/world.ts';

/** The consoles and the approver, as browsers of other people's pages meet them. */
describe('the web’s doors', () => {
  let world: World;
  let database: ControlDatabase;
  let officer: ConsoleClient;
  let browser: Browser;
  let site = '';

  beforeAll(async () => {
    world = await createWorld();
    database = await openControlDatabase(world);
    officer = await ConsoleClient.signIn(world, 'officer');
    const { sites } = await officer.must('fleetSites', {});
    site = sites[0]?.id ?? '';
    browser = await startBrowser({ trustedKey: world.trustedKey });
  });

  afterAll(async () => {
    await browser.close();
    await database.close();
    await world.close();
  });

  const tickets = async (): Promise<number> => (await database.run('select 1 from tickets')).length;
  const change = (headers: OutgoingHttpHeaders): Promise<HttpAnswer> =>
    exchange(`${officer.origin}/api/fleet/tickets`, { method: 'POST', headers, body: { name: 'HB-01', site } });
  const without = (name: string): OutgoingHttpHeaders =>
    Object.fromEntries(Object.entries(officer.headers).filter(([key]) => key !== name));

  test.each<[string, (given: OutgoingHttpHeaders) => OutgoingHttpHeaders, number]>([
    ['no Origin', () => without('origin'), 403],
    ['another Origin', (given) => ({ ...given, origin: 'https://evil.example' }), 403],
    ['the approver’s Origin', (given) => ({ ...given, origin: world.addresses.approver }), 403],
    ['a null Origin', (given) => ({ ...given, origin: 'null' }), 403],
    ['a cross-site fetch', (given) => ({ ...given, 'sec-fetch-site': 'cross-site' }), 403],
    ['a same-site fetch', (given) => ({ ...given, 'sec-fetch-site': 'same-site' }), 403],
    ['no CSRF token', () => without('x-csrf-token'), 403],
    ['another CSRF token', (given) => ({ ...given, 'x-csrf-token': 'A'.repeat(43) }), 403],
    ['no session', () => without('cookie'), 401],
    ['a made-up session', (given) => ({ ...given, cookie: `__Host-sallyport=${'A'.repeat(43)}` }), 401],
    ['two session cookies', (given) => ({ ...given, cookie: `${officer.cookie}; ${officer.cookie}` }), 401],
    ['a session by another name', (given) => ({ ...given, cookie: officer.cookie.replace('__Host-', '') }), 401],
  ])('S15 a change with %s is refused, and nothing has changed', async (_, headers, status) => {
    const before = await tickets();
    const answer = await change(headers(officer.headers));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ reason: status === 401 ? 'not-signed-in' : 'not-allowed' });
    expect(await tickets()).toBe(before);
  });

  test('S15 the same change of our own page is made', async () => {
    expect((await change(officer.headers)).status).toBe(200);
    expect(await tickets()).toBe(1);
  });

  test('S15 a read for another site’s page is refused', async () => {
    const read = (headers: OutgoingHttpHeaders) =>
      exchange(`${officer.origin}/api/fleet/devices`, { headers: { cookie: officer.cookie, ...headers } });
    expect((await read({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await read({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const own = await read({});
    expect(own.status).toBe(200);
    expect(own.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('S15 the session cookie is bound to the host, to TLS, to our own pages, and out of scripts’ reach', () => {
    const [, ...attributes] = officer.setCookie.split('; ');
    expect(officer.cookie).toMatch(/^__Host-sallyport=[\w-]{43}$/);
    expect(attributes.toSorted()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
  });

  test('S15 whoever signed out is out', async () => {
    const trustee = await ConsoleClient.signIn(world, 'trustee');
    await trustee.must('audit', { query: {} });
    await trustee.must('signOut', {});
    expect(await trustee.call('audit', { query: {} })).toMatchObject({ ok: false, status: 401 });
  });

  test.each(['key', 'clinic', 'fleet', 'setup'])(
    'S15 the %s console is served with headers that hold',
    async (name) => {
      const { status, headers } = await exchange(`${officer.origin}/${name}/`);
      expect(status).toBe(200);
      expectStrict(headers['content-security-policy']);
      expect(headers).toMatchObject({ ...commonHeaders, 'cross-origin-opener-policy': 'same-origin-allow-popups' });
      expect(headers['permissions-policy']).toContain(name === 'clinic' ? 'camera=(self)' : 'camera=()');
      expect(headers['permissions-policy']).toContain('geolocation=()');
    },
  );

  test('S4 S15 the approver is served with headers that hold, and keeps nothing', async () => {
    const { status, headers } = await exchange(`${world.addresses.approver}/`);
    expect(status).toBe(200);
    expectStrict(headers['content-security-policy']);
    expect(headers).toMatchObject(commonHeaders);
    expect(headers['permissions-policy']).toContain('publickey-credentials-get=(self)');
    expect(headers['permissions-policy']).toContain('camera=()');
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('S15 no answer of the API is kept by a browser, or read by another page', async () => {
    const { headers } = await exchange(`${officer.origin}/api/session`);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  /** A request to approve a real statement, as a console would send it. */
  const request = () => {
    const fleet = sampleFleet(Date.now());
    const statement = toBase64url(encodeStatement(fleet.order(Date.now())));
    const credentials = [fleet.people.officer.authenticator.credential.id];
    return { type: 'approve', statement, credentials, language: 'en' };
  };
  /** Opens the approver from a page and sends it a request; waits until the approver has been given the message. */
  const askFrom = async (opener: Page): Promise<Page> => {
    const [approver] = await Promise.all([
      opener.waitForEvent('popup'),
      opener.evaluate(
        (address) => void Object.assign(window, { popup: window.open(address) }),
        world.addresses.approver,
      ),
    ]);
    await approver.waitForLoadState('networkidle');
    await approver.evaluate(() =>
      window.addEventListener('message', () => setTimeout(() => Object.assign(window, { messageCame: true }))),
    );
    await opener.evaluate(
      (message) => (window as unknown as { popup: Window }).popup.postMessage(message, '*'),
      request(),
    );
    await approver.waitForFunction(() => 'messageCame' in window);
    return approver;
  };

  test('S4 the approver shows in words what a console asks for', async () => {
    const console = await browser.context.newPage();
    await console.goto(`${officer.origin}/fleet/`);
    const approver = await askFrom(console);
    await approver.getByTestId('approve').waitFor();
    expect(await approver.locator('main').innerText()).toContain('It never works again');
    await approver.close();
    await console.close();
  });

  test('S4 the approver does not listen to a window of another origin', async () => {
    const stranger = await browser.context.newPage();
    await stranger.goto(`${world.addresses.approver}/healthz`);
    const approver = await askFrom(stranger);
    expect(await approver.getByTestId('approve').count()).toBe(0);
    expect(await approver.locator('main').innerText()).not.toContain('destroy');
    await approver.close();
    await stranger.close();
  });

  test('S4 opened by nobody, the approver says that there is nothing to approve', async () => {
    const page = await browser.context.newPage();
    await page.goto(world.addresses.approver);
    await page.getByText('There is nothing to approve.').waitFor();
    await page.close();
  });

  test('S4 S15 neither approver nor consoles show themselves inside another page', async () => {
    const page = await browser.context.newPage();
    for (const address of [`${world.addresses.approver}/`, `${officer.origin}/key/`]) {
      const refused = page.waitForEvent('requestfailed');
      await page.setContent(`<iframe src="${address}"></iframe>`);
      expect((await refused).url()).toBe(address);
      expect(page.frames().map((frame) => frame.url())).toContain('chrome-error://chromewebdata/');
    }
    await page.close();
  });

  test('S15 a person of another role sees nothing of a console', async () => {
    const nurse = await ConsoleClient.signIn(world, 'nurse');
    for (const route of ['fleetDevices', 'fleetOrders', 'fleetSites'] as const) {
      expect(await nurse.call(route, {})).toMatchObject({ ok: false, status: 403 });
    }
    expect(await officer.call('siteDevices', {})).toMatchObject({ ok: false, status: 403 });
    expect(await officer.call('consultants', {})).toMatchObject({ ok: false, status: 403 });
  });
});

const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
};

/** A content policy under which nothing of anybody else's runs, and in no frame. */
function expectStrict(policy: unknown): void {
  const text = String(policy);
  for (const directive of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"]) {
    expect(text).toContain(directive);
  }
  expect(text).toContain("frame-ancestors 'none'");
  expect(text).toContain("form-action 'none'");
  expect(text).not.toMatch(/unsafe|https?:|\*/);
}
