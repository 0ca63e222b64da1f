import { createContext, useCallback, useContext, useEffect, useState } from 'react';
import type { ReactNode } from 'react';

/** What was typed and not saved yet, by the name of its form. */
export interface DraftStore {
  get: (name: string) => unknown;
  put: (name: string, draft: unknown) => void;
  forget: (name: string) => void;
  isEmpty: () => boolean;
}

/** Keeps drafts in the page's memory. */
export function createDrafts(): DraftStore {
  // SECURITY: what is typed of patients is never put into the browser's storage: it goes with the page (S28).
  const drafts = new Map<string, unknown>();
  return {
    get: (name) => drafts.get(name),
    put: (name, draft) => drafts.set(name, draft),
    forget: (name) => drafts.delete(name),
    isEmpty: () => drafts.size === 0,
  };
}

const DraftsContext = createContext<DraftStore | undefined>(undefined);

/** Keeps what is typed into the forms inside it over every change of view, and warns before the page is closed over it. */
export function Drafts({ children }: { children: ReactNode }): ReactNode {
  const [store] = useState(createDrafts);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      // The browser asks in its own words (HTML, 7.5.1.3: unload prompt).
      if (!store.isEmpty()) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
    };
  }, [store]);
  return <DraftsContext value={store}>{children}</DraftsContext>;
}

/** A form's draft. */
export interface Draft<T> {
  value: T;
  change: (next: T) => void;
  /** It was saved, or is not wanted: the next form of that name begins anew. */
  forget: () => void;
  /** Whether it had been typed when this view appeared. */
  wasKept: boolean;
}

/**
 * The draft of a form: what was typed into it before, or a new one.
 * @param name the form's, with what it is about; always of one type of draft
 */
export function useDraft<T>(name: string, begin: () => T): Draft<T> {
  const store = useDraftStore();
  // A name is only ever used for one kind of form, so what is kept under it is one of its drafts.
  const [kept] = useState(() => store.get(name) as T | undefined);
  const [value, setValue] = useState<T>(() => kept ?? begin());
  const change = useCallback(
    (next: T) => {
      store.put(name, next);
      setValue(next);
    },
    [store, name],
  );
  const forget = useCallback(() => {
    store.forget(name);
  }, [store, name]);
  return { value, change, forget, wasKept: kept !== undefined };
}

/** All drafts of the person who is signed in. */
export function useDraftStore(): DraftStore {
  const store = useContext(DraftsContext);
  if (store === undefined) throw new Error('useDraftStore outside Drafts');
  return store;
}
