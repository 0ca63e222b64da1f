import { StrictMode } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Role, SignedInPerson } from '@sallyport/protocol';
import { AnnouncerProvider } from './Announcer.tsx';
import { ChangesProvider } from './Changes.tsx';
import { consolesFor } from './consoles.ts';
import { LanguageProvider, useSpeech } from './Language.tsx';
import type { PlainKey } from './messages/catalogue.ts';
import { PageHeading, PageHeadings } from './PageHeading.tsx';
import { askForPasskey } from './passkeys.ts';
import { SessionProvider, useSession } from './Session.tsx';
import { createSessionStore } from './session-store.ts';
import { Shell } from './Shell.tsx';
import type { NavigationItem } from './Shell.tsx';
import { SignIn } from './SignIn.tsx';
import { ListTrouble } from './TroubleBox.tsx';

/** Puts a console on the page. */
export function mount(content: ReactNode): void {
  const root = document.querySelector('#root');
  if (root === null) throw new Error('the page has no #root');
  const store = createSessionStore(
    (address, init) => fetch(address, init),
    () => Date.now(),
    askForPasskey,
  );
  void store.load();
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <AnnouncerProvider>
          <PageHeadings>
            <SessionProvider store={store}>{content}</SessionProvider>
          </PageHeadings>
        </AnnouncerProvider>
      </LanguageProvider>
    </StrictMode>,
  );
}

interface ConsoleProps {
  name: PlainKey;
  /** The roles it is for. */
  roles: readonly Role[];
  navigation: (person: SignedInPerson) => readonly NavigationItem[];
  children: (person: SignedInPerson) => ReactNode;
}

/** A console: the sign-in screen first, then its views, for people with one of its roles. */
export function Console({ name, roles, navigation, children }: ConsoleProps): ReactNode {
  const { t } = useSpeech();
  const { session, load } = useSession();
  switch (session.state) {
    case 'loading':
      return <Shell name={t(name)}>{<p aria-busy="true">{t('page.loading')}</p>}</Shell>;
    case 'failed':
      return (
        <Shell name={t(name)}>
          <PageHeading words={t('signIn.heading')} />
          <ListTrouble trouble={session.trouble} onRetry={() => void load()} />
        </Shell>
      );
    case 'signedOut':
      return (
        <Shell name={t(name)}>
          <SignIn ended={session.ended} />
        </Shell>
      );
    case 'signedIn':
      if (!roles.includes(session.person.role)) {
        return <Shell name={t(name)}>{<WrongConsole person={session.person} />}</Shell>;
      }
      return (
        <ChangesProvider>
          <Shell name={t(name)} navigation={navigation(session.person)}>
            {children(session.person)}
          </Shell>
        </ChangesProvider>
      );
    default:
      return session satisfies never;
  }
}

function WrongConsole({ person }: { person: SignedInPerson }) {
  const { t } = useSpeech();
  return (
    <>
      <PageHeading words={t('console.wrongRole')} />
      <p>{t('console.yourRole', { name: person.name, role: t(`role.${person.role}`) })}</p>
      <ul>
        {consolesFor(person.role).map(({ address, name }) => (
          <li key={address}>
            <a href={address}>{t(name)}</a>
          </li>
        ))}
      </ul>
    </>
  );
}
