import { renderToStaticMarkup } from 'react-dom/server';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Console } from './Console.tsx';
import { createDrafts } from './Drafts.tsx';
import { rememberLists } from './ListMemory.tsx';
import type { SessionState } from './session-store.ts';
import { inConsole, nurse } from './testing.tsx';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A console whose one view shows a patient's name in a form. */
function consoleIn(session: SessionState): string {
  vi.stubGlobal('window', {});
  const view = () => <input defaultValue="Alex Example" data-testid="typed" />;
  return renderToStaticMarkup(inConsole(<TheConsole view={view} />, { session }));
}

function TheConsole({ view }: { view: () => ReactNode }) {
  return (
    <Console name="key.name" roles={['healthcare']} navigation={() => [{ path: '', words: 'Here', current: true }]}>
      {view}
    </Console>
  );
}

describe('a session that ends while somebody is at work', () => {
  test('puts the sign-in before their work, which is neither seen nor reached meanwhile (S28)', () => {
    const page = consoleIn({ state: 'ended', person: nurse });
    expect(page).toContain('What you were doing is still here');
    expect(page).toMatch(/<div hidden="" inert=""><input data-testid="typed"/);
    expect(page).not.toContain('href="#/"');
  });

  test('shows it again to the same person, as it was (S45)', () => {
    const page = consoleIn({ state: 'signedIn', person: nurse });
    expect(page).toMatch(/<div><input data-testid="typed"/);
    expect(page).not.toContain('data-testid="sign-in"');
  });

  test('that nobody has begun shows nothing but the sign-in', () => {
    expect(consoleIn({ state: 'signedOut' })).not.toContain('typed');
  });

  test('gives the next person views of their own (S28)', () => {
    const keys: unknown[] = [];
    const Probe = () => {
      const shown = Console({ name: 'key.name', roles: ['healthcare'], navigation: () => [], children: () => null });
      if (typeof shown === 'object' && shown !== null && 'key' in shown) keys.push(shown.key);
      return null;
    };
    for (const person of [nurse, { ...nurse, id: '99999999-9999-4999-8999-999999999999' }]) {
      renderToStaticMarkup(inConsole(<Probe />, { session: { state: 'signedIn', person } }));
    }
    expect(keys).toEqual([nurse.id, '99999999-9999-4999-8999-999999999999']);
  });
});

describe('what is typed and not saved', () => {
  test('is kept in the page’s memory, and never in the browser’s storage (S28)', () => {
    const written: unknown[] = [];
    const storage = { getItem: () => null, setItem: (...what: unknown[]) => written.push(what) };
    vi.stubGlobal('localStorage', storage);
    vi.stubGlobal('sessionStorage', storage);
    const drafts = createDrafts();
    drafts.put('book', { patientName: 'Alex Example' });
    expect(drafts.get('book')).toEqual({ patientName: 'Alex Example' });
    expect(drafts.isEmpty()).toBe(false);
    drafts.forget('book');
    expect([drafts.get('book'), drafts.isEmpty(), written]).toEqual([undefined, true, []]);
  });
});

test('lists that were read are remembered, the newest of them', () => {
  const memory = rememberLists();
  for (let index = 0; index < 45; index += 1) memory.put(`day ${index}`, index);
  memory.put('day 44', 'newer');
  expect([memory.get('day 0'), memory.get('day 5'), memory.get('day 44')]).toEqual([undefined, 5, 'newer']);
});
