import { useCallback, useEffect, useRef, useState } from 'react';
import type { Change, ConsoleAnswer, ConsoleInput, ConsoleRoute } from '@sallyport/protocol';
import type { Result, Trouble } from './api.ts';
import { useChanges } from './Changes.tsx';
import { useListMemory } from './ListMemory.tsx';
import { useSession } from './Session.tsx';

/** A list from control: not there yet, there (perhaps older than the trouble in reading it again), or not to be had. */
export type Loaded<T> =
  | { state: 'loading' }
  | { state: 'loaded'; value: T; trouble: Trouble | undefined }
  | { state: 'failed'; trouble: Trouble };

/**
 * Reads a list from control, and again whenever control says that it changed.
 * @param name the route
 * @param input its input; compared by its JSON
 * @param topics the changes that concern it; keep the array stable between renders
 * @param remembers shows what was read last under the same name and input at once, until it is read again
 * @returns the list and a function that reads it again
 */
export function useList<N extends ConsoleRoute>(
  name: N,
  input: ConsoleInput<N>,
  topics: readonly Change['topic'][],
  remembers = false,
): [Loaded<ConsoleAnswer<N>>, () => void] {
  const { api } = useSession();
  const memory = useListMemory();
  const [loaded, setLoaded] = useState<{ of: string; list: Loaded<ConsoleAnswer<N>> }>({
    of: '',
    list: { state: 'loading' },
  });
  const latest = useRef(0);
  const wanted = JSON.stringify(input);
  const question = `${name} ${wanted}`;
  const lastKnown = useCallback((): Loaded<ConsoleAnswer<N>> => {
    // Only answers of this very route and input are kept under this name, parsed by the route's own schema.
    const known = remembers ? (memory.get(question) as ConsoleAnswer<N> | undefined) : undefined;
    return known === undefined ? { state: 'loading' } : { state: 'loaded', value: known, trouble: undefined };
  }, [memory, question, remembers]);
  const read = useCallback(() => {
    latest.current += 1;
    const turn = latest.current;
    void api.call(name, JSON.parse(wanted) as ConsoleInput<N>).then((answer) => {
      // An answer to an earlier question must not overwrite a later one's.
      if (turn !== latest.current) return;
      const before = lastKnown();
      if (answer.ok && remembers) memory.put(question, answer.value);
      setLoaded((earlier) => ({ of: wanted, list: readAgain(earlier.of === wanted ? earlier.list : before, answer) }));
    });
  }, [api, lastKnown, memory, name, question, remembers, wanted]);
  useEffect(read, [read]);
  useChanges(topics, read);
  return [loaded.of === wanted ? loaded.list : lastKnown(), read];
}

/** What is known after reading once more: the newest answer, or the older one with the trouble. */
export function readAgain<T>(before: Loaded<T>, answer: Result<T>): Loaded<T> {
  if (answer.ok) return { state: 'loaded', value: answer.value, trouble: undefined };
  if (before.state === 'loaded') return { ...before, trouble: answer.trouble };
  return { state: 'failed', trouble: answer.trouble };
}
