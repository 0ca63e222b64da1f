import { useSyncExternalStore } from 'react';

/** The parts of the page's address after `#/`: which view of the console is shown. */
export function useView(): readonly string[] {
  const path = useSyncExternalStore(subscribe, currentPath);
  return path === '' ? [] : path.split('/');
}

/** Shows another view. */
export function goTo(path: string): void {
  window.location.hash = `#/${path}`;
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange);
  return () => {
    window.removeEventListener('hashchange', onChange);
  };
}

function currentPath(): string {
  const { hash } = window.location;
  return hash.startsWith('#/') ? hash.slice(2) : '';
}
