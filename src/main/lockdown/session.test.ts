import type { Session } from 'electron';
import { describe, expect, test } from 'vitest';
import { prepareSession } from './session.ts';

type Decide = (details: { url: string }, answer: (decision: { cancel: boolean }) => void) => void;

/** A session that keeps what it is told; Electron's own is driven in test/hostile. */
function prepared() {
  let decide: Decide | undefined;
  const listeners = new Map<string, (event: { preventDefault: () => void }) => void>();
  const session = {
    protocol: { handle: () => undefined },
    webRequest: { onBeforeRequest: (listener: Decide) => void (decide = listener) },
    on: (name: string, listener: (event: { preventDefault: () => void }) => void) => void listeners.set(name, listener),
    setSpellCheckerEnabled: () => undefined,
  };
  prepareSession(session as unknown as Session, '/nowhere');
  const isCancelled = (url: string): boolean | undefined => {
    let cancelled: boolean | undefined;
    decide?.({ url }, ({ cancel }) => (cancelled = cancel));
    return cancelled;
  };
  return { isCancelled, listeners };
}

describe('S2 the page’s session has no network of its own', () => {
  test.each([
    'https://example.com/',
    'http://127.0.0.1:1/',
    'wss://example.com/',
    'ws://localhost/',
    'file:///etc/passwd',
    'data:text/html,hello',
    'blob:sallyport://app/1',
    'sallyport://elsewhere/',
    'sallyport://app.example.com/',
    'devtools://devtools/',
  ])('%s is cancelled', (url) => {
    expect(prepared().isCancelled(url)).toBe(true);
  });

  test('the page’s own files are not', () => {
    expect(prepared().isCancelled('sallyport://app/index.html')).toBe(false);
  });

  test('downloads are refused (S12)', () => {
    let isPrevented = false;
    prepared().listeners.get('will-download')?.({ preventDefault: () => (isPrevented = true) });
    expect(isPrevented).toBe(true);
  });
});
