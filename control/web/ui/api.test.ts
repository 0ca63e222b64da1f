import { describe, expect, test } from 'vitest';
import { createApi, requestFor } from './api.ts';

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
  });
  return { api, asked, signedOut };
}

const headersOf = (init: RequestInit) => new Headers(init.headers);

describe('a request', () => {
  test('that changes something carries the session’s token and a JSON body (S15)', () => {
    const { address, init } = requestFor('lockDevice', { params: { id }, body: {} }, 'token');
    expect(address).toBe(`/api/site/devices/${id}/lock`);
    expect(init).toMatchObject({ method: 'POST', body: '{}', credentials: 'same-origin', redirect: 'error' });
    expect(headersOf(init).get('x-csrf-token')).toBe('token');
    expect(headersOf(init).get('content-type')).toBe('application/json');
  });

  test('that only reads carries no token', () => {
    const { address, init } = requestFor('appointments', { query: { from: 1, to: 2 } }, 'token');
    expect(address).toBe('/api/appointments?from=1&to=2');
    expect(headersOf(init).has('x-csrf-token')).toBe(false);
    expect(init.body).toBeUndefined();
  });

  test('without a body says nothing of its type, and leaves out what is undefined', () => {
    expect(headersOf(requestFor('signOut', {}, 'token').init).has('content-type')).toBe(false);
    expect(requestFor('audit', { query: { before: undefined } }, null).address).toBe('/api/fleet/audit');
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
