import { createContext, useContext, useState } from 'react';
import type { ReactNode } from 'react';

/** What control answered last to each question, as long as the person is signed in here. */
export interface RememberedLists {
  get: (question: string) => unknown;
  put: (question: string, answer: unknown) => void;
}

const nothingRemembered: RememberedLists = { get: () => undefined, put: () => undefined };
const MemoryContext = createContext<RememberedLists>(nothingRemembered);

/** Remembers lists that were read, for the views inside it: a view shows what is known at once, and reads it again. */
export function ListMemory({ children }: { children: ReactNode }): ReactNode {
  const [memory] = useState(rememberLists);
  return <MemoryContext value={memory}>{children}</MemoryContext>;
}

/** The lists remembered here. */
export function useListMemory(): RememberedLists {
  return useContext(MemoryContext);
}

/** Enough for the days and weeks somebody goes through; the oldest is forgotten first. */
const most = 40;

/** A memory of lists; only in the page, never stored. */
export function rememberLists(): RememberedLists {
  const answers = new Map<string, unknown>();
  return {
    get: (question) => answers.get(question),
    put(question, answer) {
      answers.delete(question);
      answers.set(question, answer);
      const [oldest] = answers.keys();
      if (answers.size > most && oldest !== undefined) answers.delete(oldest);
    },
  };
}
