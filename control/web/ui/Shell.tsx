import type { ReactNode } from 'react';
import { LanguageSwitch, useSpeech } from './Language.tsx';
import { useSession } from './Session.tsx';

export interface NavigationItem {
  /** The view's path after `#/`. */
  path: string;
  words: string;
  current: boolean;
}

interface ShellProps {
  /** The console's own name. */
  name: string;
  navigation?: readonly NavigationItem[];
  children: ReactNode;
}

/** Every page of the consoles: skip link, header with person and language, main content. */
export function Shell({ name, navigation = [], children }: ShellProps): ReactNode {
  const { t } = useSpeech();
  return (
    <>
      <a className="nhsuk-skip-link" href="#maincontent" onClick={skipToMain}>
        {t('page.skip')}
      </a>
      <header className="nhsuk-header" role="banner">
        <div className="nhsuk-header__container nhsuk-width-container app-width">
          <div className="nhsuk-header__service">
            <span className="nhsuk-header__service-name app-service">
              <strong className="app-service__product">Sallyport</strong>
              <span data-testid="console-name">{name}</span>
            </span>
          </div>
          <LanguageSwitch />
          <Account />
        </div>
        {navigation.length > 0 ? <Navigation items={navigation} /> : null}
      </header>
      <div className="nhsuk-width-container app-width">
        <main className="nhsuk-main-wrapper" id="maincontent" tabIndex={-1}>
          {children}
        </main>
      </div>
      <footer className="nhsuk-footer app-footer" role="contentinfo">
        <div className="nhsuk-width-container app-width">
          <p className="nhsuk-body-s">{t('page.footer')}</p>
        </div>
      </footer>
    </>
  );
}

function Account() {
  const { t } = useSpeech();
  const { session, signOut } = useSession();
  if (session.state !== 'signedIn') return null;
  return (
    <nav className="nhsuk-header__account" aria-label={t('account.label')}>
      <ul className="nhsuk-header__account-list">
        <li className="nhsuk-header__account-item" data-testid="signed-in-person">
          {session.person.name}
        </li>
        <li className="nhsuk-header__account-item">
          <button type="button" className="nhsuk-header__account-button" onClick={() => void signOut()}>
            {t('account.signOut')}
          </button>
        </li>
      </ul>
    </nav>
  );
}

function Navigation({ items }: { items: readonly NavigationItem[] }) {
  const { t } = useSpeech();
  return (
    <nav className="nhsuk-header__navigation" aria-label={t('page.navigation')}>
      <div className="nhsuk-header__navigation-container nhsuk-width-container app-width">
        <ul className="nhsuk-header__navigation-list app-navigation">
          {items.map((item) => (
            <li key={item.path} className="nhsuk-header__navigation-item">
              <a
                className="nhsuk-header__navigation-link"
                href={`#/${item.path}`}
                aria-current={item.current ? 'page' : undefined}
              >
                {item.words}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </nav>
  );
}

/** The address's fragment names the view, so the skip link moves the focus itself. */
function skipToMain(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#maincontent')?.focus();
}
