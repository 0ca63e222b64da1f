import { StrictMode } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Role, SignedInPerson } from '@sallyport/protocol';
import { AnnouncerProvider } from './Announcer.tsx';
import { ChangesProvider } from './Changes.tsx';
import { consolesFor } from './consoles.ts';
import { Drafts } from './Drafts.tsx';
import { Kept } from './Kept.tsx';
import { LanguageProvider, useSpeech } from './Language.tsx';
import { ListMemory } from './ListMemory.tsx';
import type { PlainKey } from './messages/catalogue.ts';
import { PageHeading, PageHeadings } from './PageHeading.tsx';
import { askForPasskey } from './passkeys.ts';
import { SessionProvider, useSession } from './Session.tsx';
import { createSessionStore } from './session-store.ts';
import { Shell } from './Shell.tsx';
import type { NavigationItem } from './Shell.tsx';
import { SignIn } from './SignIn.tsx';
import { ListTrouble } from './TroubleBox.tsx';

/**
 * Puts a console on the page.
 * @param who is at it: of a guest nobody asks whether they are signed in
 */
export function mount(content: ReactNode, who: 'staff' | 'guest' = 'staff'): void {
  const root = document.querySelector('#root');
  if (root === null) throw new Error('the page has no #root');
  const store = createSessionStore(
    (address, init) => fetch(address, init),
    () => Date.now(),
    askForPasskey,
  );
  if (who === 'staff') void store.load();
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
          <SignIn ended={false} />
        </Shell>
      );
    case 'ended':
    case 'signedIn':
      if (!roles.includes(session.person.role)) {
        return <Shell name={t(name)}>{<WrongConsole person={session.person} />}</Shell>;
      }
      return (
        // SECURITY: whoever signs in next gets views of their own, and nothing of the person before (S28).
        <Workplace
          key={session.person.id}
          name={t(name)}
          here={session.state === 'signedIn'}
          navigation={() => navigation(session.person)}
        >
          {children(session.person)}
        </Workplace>
      );
    default:
      return session satisfies never;
  }
}

interface WorkplaceProps {
  name: string;
  /** False while the person's session has ended: they sign in again, and go on where they were. */
  here: boolean;
  navigation: () => readonly NavigationItem[];
  children: ReactNode;
}

/** Everything a person does in a console: kept as it is behind the sign-in when their session ends meanwhile. */
function Workplace({ name, here, navigation, children }: WorkplaceProps) {
  return (
    <ChangesProvider follows={here}>
      <ListMemory>
        <Drafts>
          <Shell name={name} navigation={here ? navigation() : []}>
            {here ? null : <SignIn ended />}
            <Kept shown={here}>{children}</Kept>
          </Shell>
        </Drafts>
      </ListMemory>
    </ChangesProvider>
  );
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
