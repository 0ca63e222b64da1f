import { describe, expect, test } from 'vitest';
import { createApi, requestFor } from './api.ts';
import type { PasskeyAnswer } from './passkeys.ts';

const id = '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11';

/** A server that answers every request the same way and remembers what it was asked. */
function serverThat(answer: { status: number; body: string } | 'is away') {
  const asked: { address: string; init: RequestInit }[] = [];
  const signedOut: string[] = [];
  const api = createApi({
    fetch: (address, init) => {
      asked.push({ address: address instanceof Request ? address.url : address.toString(), init: init ?? {} });
      if (answer === 'is away') return Promise.reject(new TypeError('fetch failed'));
      return Promise.resolve(new Response(answer.body, { status: answer.status }));
    },
    csrfToken: () => 'token',
    onSignedOut: () => signedOut.push('signed out'),
    askForPasskey: () => Promise.resolve({ ok: false, words: 'passkey.failed' }),
  });
  return { api, asked, signedOut };
}

/** A server that asks to see the person before it acts, and a person who answers as told. */
function serverThatAsksForAGesture(person: PasskeyAnswer, { satisfiedBy = 1 } = {}) {
  const asked: string[] = [];
  const shown: unknown[] = [];
  let gestures = 0;
  const answer = (address: string): [number, object] => {
    if (address === '/api/session/step-up/options') return [200, { challenge: 'fresh' }];
    if (address !== '/api/session/step-up') {
      return gestures >= satisfiedBy ? [200, { ticket: 'T', expiresAt: 1.8e12 }] : [403, { reason: 'step-up-needed' }];
    }
    gestures += 1;
    return [200, {}];
  };
  const api = createApi({
    fetch: (address, init) => {
      const where = address instanceof Request ? address.url : address.toString();
      asked.push(`${init?.method ?? ''} ${where}`);
      const [status, body] = answer(where);
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    },
    csrfToken: () => 'token',
    onSignedOut: () => undefined,
    askForPasskey: (options) => {
      shown.push(options);
      return Promise.resolve(person);
    },
  });
  const createTicket = () => api.call('createTicket', { body: { name: 'HB-07', site: id } });
  return { api, asked, shown, createTicket };
}

const headersOf = (init: RequestInit) => new Headers(init.headers);

describe('a request', () => {
  test('that changes something carries the session’s token and a JSON body (S15)', () => {
    const { address, init } = requestFor('lockDevice', { params: { id }, body: {} }, { csrfToken: 'token' });
    expect(address).toBe(`/api/site/devices/${id}/lock`);
    expect(init).toMatchObject({ method: 'POST', body: '{}', credentials: 'same-origin', redirect: 'error' });
    expect(headersOf(init).get('x-csrf-token')).toBe('token');
    expect(headersOf(init).get('content-type')).toBe('application/json');
  });

  test('that only reads carries no token', () => {
    const { address, init } = requestFor('appointments', { query: { from: 1, to: 2 } }, { csrfToken: 'token' });
    expect(address).toBe('/api/appointments?from=1&to=2');
    expect(headersOf(init).has('x-csrf-token')).toBe(false);
    expect(init.body).toBeUndefined();
  });

  test('without a body says nothing of its type, and leaves out what is undefined', () => {
    expect(headersOf(requestFor('signOut', {}, { csrfToken: 'token' }).init).has('content-type')).toBe(false);
    expect(requestFor('audit', { query: { before: undefined } }, { csrfToken: null }).address).toBe('/api/fleet/audit');
  });
});

describe('an answer', () => {
  test('is parsed by the route’s own schema', async () => {
    const { api } = serverThat({ status: 200, body: JSON.stringify({ sites: [{ id, name: 'HMP Exemplar' }] }) });
    expect(await api.call('fleetSites', {})).toEqual({ ok: true, value: { sites: [{ id, name: 'HMP Exemplar' }] } });
  });

  test.each([
    ['lacks a member', '{}'],
    ['has one too many', JSON.stringify({ sites: [], secret: 1 })],
    ['is no JSON', '<html>'],
  ])('that %s is not taken for one', async (_, body) => {
    const { api } = serverThat({ status: 200, body });
    expect(await api.call('fleetSites', {})).toEqual({ ok: false, trouble: { reason: 'unreadable' } });
  });

  test('that is a refusal comes back as a value', async () => {
    const { api } = serverThat({ status: 409, body: JSON.stringify({ reason: 'clash' }) });
    expect(await api.call('fleetSites', {})).toEqual({ ok: false, trouble: { reason: 'clash' } });
  });

  test('that is a refusal of an unknown kind is unreadable', async () => {
    const { api } = serverThat({ status: 500, body: JSON.stringify({ reason: 'stack trace' }) });
    expect(await api.call('fleetSites', {})).toEqual({ ok: false, trouble: { reason: 'unreadable' } });
  });

  test('that does not come is trouble, not an exception', async () => {
    const { api } = serverThat('is away');
    expect(await api.call('fleetSites', {})).toEqual({ ok: false, trouble: { reason: 'unreachable' } });
  });

  test('that nobody is signed in ends the session; no other refusal does', async () => {
    const gone = serverThat({ status: 401, body: JSON.stringify({ reason: 'not-signed-in' }) });
    await gone.api.call('fleetSites', {});
    expect(gone.signedOut).toEqual(['signed out']);
    const refused = serverThat({ status: 403, body: JSON.stringify({ reason: 'not-allowed' }) });
    await refused.api.call('fleetSites', {});
    expect(refused.signedOut).toEqual([]);
  });
});

describe('where control wants to see the person again (S28)', () => {
  const gesture = { ok: true, answer: { id: 'passkey' } } as const;
  const done = { ok: true, value: { ticket: 'T', expiresAt: 1.8e12 } };
  const steps = ['POST /api/session/step-up/options', 'POST /api/session/step-up'];
  const create = 'POST /api/fleet/tickets';

  test('one gesture is asked for with control’s options, and the request is repeated', async () => {
    const { asked, shown, createTicket } = serverThatAsksForAGesture(gesture);
    expect(await createTicket()).toEqual(done);
    expect(asked).toEqual([create, ...steps, create]);
    expect(shown).toEqual([{ challenge: 'fresh' }]);
  });

  test('a gesture that was not made does nothing, and says so', async () => {
    const { asked, createTicket } = serverThatAsksForAGesture({ ok: false, words: 'passkey.notFinished' });
    expect(await createTicket()).toEqual({ ok: false, trouble: { reason: 'not-confirmed' } });
    expect(asked).toEqual([create, 'POST /api/session/step-up/options']);
  });

  test('control that is not content with the gesture asks once only', async () => {
    const { asked, createTicket } = serverThatAsksForAGesture(gesture, { satisfiedBy: 2 });
    expect(await createTicket()).toEqual({ ok: false, trouble: { reason: 'step-up-needed' } });
    expect(asked).toEqual([create, ...steps, create]);
  });

  test('two acts at a time share one gesture', async () => {
    const { asked, shown, createTicket } = serverThatAsksForAGesture(gesture);
    expect(await Promise.all([createTicket(), createTicket()])).toEqual([done, done]);
    expect(shown).toHaveLength(1);
    expect(asked.filter((each) => each === create)).toHaveLength(4);
  });
});

describe('a cookie that was exchanged while a request was on its way (S28)', () => {
  const exchanged = (answers: number[]) => {
    const signedOut: string[] = [];
    const asked: string[] = [];
    const api = createApi({
      fetch: (address) => {
        asked.push(address instanceof Request ? address.url : address.toString());
        const status = answers.shift() ?? 401;
        return Promise.resolve(
          new Response(JSON.stringify(status === 200 ? { sites: [] } : { reason: 'not-signed-in' }), { status }),
        );
      },
      csrfToken: () => 'token',
      onSignedOut: () => signedOut.push('signed out'),
      askForPasskey: () => Promise.reject(new Error('nobody was asked')),
    });
    return { api, signedOut, asked };
  };

  test('the request is sent again with the new one', async () => {
    const { api, signedOut } = exchanged([401, 200]);
    expect(await api.call('fleetSites', {})).toEqual({ ok: true, value: { sites: [] } });
    expect(signedOut).toEqual([]);
  });

  test('a refused sign-in is not repeated: its challenge is used up', async () => {
    const { api, asked } = exchanged([401, 401]);
    await api.call('signIn', { body: { assertion: {} } });
    expect(asked).toEqual(['/api/session']);
  });
});

test('what the page reads by itself says so, so that it keeps no session alive (S28)', async () => {
  const { api, asked } = serverThat({ status: 200, body: JSON.stringify({ sites: [] }) });
  let quiet: Promise<unknown> | undefined;
  api.unattended(() => {
    quiet = api.call('fleetSites', {});
  });
  await quiet;
  await api.call('fleetSites', {});
  expect(asked.map(({ init }) => headersOf(init).get('x-unattended'))).toEqual(['1', null]);
});
