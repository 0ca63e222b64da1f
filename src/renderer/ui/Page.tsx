import type { JSX, ReactNode } from 'react';
import type { LinkState } from '@sallyport/protocol';
import { useMessages } from '../messages/catalogue.ts';
import type { ViewName } from '../view.ts';
import { LanguageChoice } from './LanguageChoice.tsx';
import { LinkStatus } from './LinkStatus.tsx';
import './page.css';

interface PageProps {
  name: ViewName | 'fault';
  children: ReactNode;
  device?: { name: string; siteName: string };
  link?: LinkState;
  chooseLanguage?: boolean;
  actions?: ReactNode;
}

/** A screen: who it is at the top, what it says in the middle, what can be done at the bottom. */
export function Page({ name, children, device, link, chooseLanguage = false, actions }: PageProps): JSX.Element {
  return (
    <div className="page" data-testid="screen" data-screen={name}>
      <header className="page-bar">
        <Brand />
        <div className="page-device" data-testid="device">
          {device !== undefined && (
            <>
              <strong>{device.name}</strong>
              <span>{device.siteName}</span>
            </>
          )}
        </div>
        {link !== undefined && <LinkStatus link={link} />}
        {chooseLanguage && <LanguageChoice />}
      </header>
      <main className="page-main">{children}</main>
      {actions !== undefined && <footer className="page-actions">{actions}</footer>}
    </div>
  );
}

/** Two gates in a wall, one open and one shut. */
function Brand(): JSX.Element {
  return (
    <div className="brand">
      <svg
        className="brand-mark"
        viewBox="0 0 32 32"
        fill="none"
        stroke="currentColor"
        strokeWidth="3"
        aria-hidden="true"
      >
        <path d="M3 29V14a11 11 0 0 1 26 0v15" />
        <path d="M11 29V14M21 29V14" />
        <path d="M11 16h10M11 22h10" strokeWidth="2.4" />
      </svg>
      {useMessages().product}
    </div>
  );
}
