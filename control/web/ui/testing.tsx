import type { ReactNode } from 'react';
import type { SignedInPerson } from '@sallyport/protocol';
import { AnnouncerProvider } from './Announcer.tsx';
import { Drafts } from './Drafts.tsx';
import { LanguageProvider } from './Language.tsx';
import { SessionProvider } from './Session.tsx';
import type { SessionState, SessionStore } from './session-store.ts';

/** Somebody of a prison's healthcare. */
export const nurse: SignedInPerson = {
  id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11',
  name: 'Nia Nurse',
  role: 'healthcare',
  site: { id: '66666666-6666-4666-8666-666666666666', name: 'HMP Exemplar', kind: 'prison' },
};

interface Circumstances {
  session?: SessionState;
  /** Control's time, milliseconds since the epoch. */
  now?: number;
}

/** A console around a part of it, as a page has; control never answers. */
export function inConsole(content: ReactNode, circumstances: Circumstances = {}): ReactNode {
  const { session = { state: 'signedIn', person: nurse }, now = Date.now() } = circumstances;
  const snapshot = { session, approver: 'https://approve.example', clockOffset: now - Date.now() };
  const never = () => new Promise<never>(() => undefined);
  const store: SessionStore = {
    api: {
      call: never,
      unattended: (act) => {
        act();
      },
    },
    snapshot: () => snapshot,
    subscribe: () => () => undefined,
    load: never,
    signedIn: () => undefined,
    signOut: never,
  };
  return (
    <LanguageProvider>
      <AnnouncerProvider>
        <SessionProvider store={store}>
          <Drafts>{content}</Drafts>
        </SessionProvider>
      </AnnouncerProvider>
    </LanguageProvider>
  );
}
