import { describe, expect, test } from 'vitest';
import { createSessionStore } from './session-store.ts';

const person = {
  id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11',
  name: 'Nia Nurse',
  role: 'healthcare',
  site: null,
} as const;
const now = Date.UTC(2026, 4, 4, 12);
const session = { person, csrfToken: 'first', approver: 'https://approve.example', now: now + 5000 };

function storeThatHears(...answers: { status: number; body: unknown }[]) {
  const sent: { method: string | undefined; token: string | null }[] = [];
  const store = createSessionStore(
    (_, init) => {
      sent.push({ method: init?.method, token: new Headers(init?.headers).get('x-csrf-token') });
      const { status, body } = answers.shift() ?? { status: 500, body: {} };
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    },
    () => now,
    () => Promise.resolve({ ok: false, words: 'passkey.failed' }),
  );
  return { store, sent };
}

describe('the session of a page', () => {
  test('learns who is signed in, where the approver is and how far the clocks differ', async () => {
    const { store } = storeThatHears({ status: 200, body: session });
    expect(store.snapshot().session.state).toBe('loading');
    await store.load();
    expect(store.snapshot()).toEqual({
      session: { state: 'signedIn', person },
      approver: 'https://approve.example',
      clockOffset: 5000,
    });
  });

  test('says why when control cannot be asked', async () => {
    const { store } = storeThatHears({ status: 429, body: { reason: 'too-many', retryAfter: 10 } });
    await store.load();
    expect(store.snapshot().session).toEqual({ state: 'failed', trouble: { reason: 'too-many', retryAfter: 10 } });
  });

  test('uses the token of the newest sign-in', async () => {
    const { store, sent } = storeThatHears({ status: 200, body: session }, { status: 200, body: {} });
    await store.load();
    store.signedIn(person, 'second');
    await store.api.call('lockDevice', { params: { id: person.id }, body: {} });
    expect(sent.at(-1)).toEqual({ method: 'POST', token: 'second' });
  });

  test('that ended on control ends here too, and its token is forgotten (S15)', async () => {
    const { store, sent } = storeThatHears(
      { status: 200, body: session },
      { status: 401, body: { reason: 'not-signed-in' } },
      { status: 401, body: { reason: 'not-signed-in' } },
      { status: 200, body: {} },
    );
    await store.load();
    await store.api.call('lockDevice', { params: { id: person.id }, body: {} });
    expect(store.snapshot().session).toEqual({ state: 'ended', person });
    await store.api.call('lockDevice', { params: { id: person.id }, body: {} });
    expect(sent.at(-1)?.token).toBeNull();
  });

  test('that ended stays theirs however often control says so, and goes with a sign-out (S45)', async () => {
    const refused = { status: 401, body: { reason: 'not-signed-in' } };
    const { store } = storeThatHears(
      { status: 200, body: session },
      // A request that is refused is sent once more: its cookie may just have been exchanged.
      ...Array.from({ length: 6 }, () => refused),
      { status: 200, body: { ...session, person: null, csrfToken: null } },
    );
    await store.load();
    for (const _ of [1, 2]) await store.api.call('lockDevice', { params: { id: person.id }, body: {} });
    expect(store.snapshot().session).toEqual({ state: 'ended', person });
    store.signedIn(person, 'second');
    expect(store.snapshot().session).toEqual({ state: 'signedIn', person });
    await store.signOut();
    expect(store.snapshot().session).toEqual({ state: 'signedOut' });
  });

  test('of nobody cannot end', async () => {
    const { store } = storeThatHears(
      { status: 200, body: { ...session, person: null, csrfToken: null } },
      { status: 401, body: { reason: 'not-signed-in' } },
    );
    await store.load();
    await store.api.call('signIn', { body: { assertion: {} } });
    expect(store.snapshot().session).toEqual({ state: 'signedOut' });
  });

  test('tells those who listen, until they stop', async () => {
    const { store } = storeThatHears({ status: 200, body: session });
    const heard: string[] = [];
    const stop = store.subscribe(() => heard.push(store.snapshot().session.state));
    await store.load();
    stop();
    store.signedIn(person, 'second');
    expect(heard).toEqual(['signedIn']);
  });
});
