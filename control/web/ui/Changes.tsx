import { createContext, useContext, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { change, changesPath, parseJson } from '@sallyport/protocol';
import type { Change } from '@sallyport/protocol';
import { useSession } from './Session.tsx';

type Topic = Change['topic'];
type Listener = (topic: Topic | 'everything') => void;

interface ChangeFeed {
  listen: (listener: Listener) => () => void;
  tell: Listener;
}

const ChangesContext = createContext<ChangeFeed | undefined>(undefined);

const reconnectMilliseconds = 5_000;

/**
 * Keeps one stream of changes open for the page, for as long as somebody is signed in.
 * @param follows false while a session that ended waits for its person: control would refuse the stream
 */
export function ChangesProvider({ follows, children }: { follows: boolean; children: ReactNode }): ReactNode {
  const [feed] = useState(createFeed);
  const interrupted = useRef(false);
  useEffect(() => {
    if (!follows) {
      interrupted.current = true;
      return undefined;
    }
    // Nothing was told meanwhile: every list is read again.
    if (interrupted.current) feed.tell('everything');
    interrupted.current = false;
    return followChanges(feed.tell);
  }, [feed, follows]);
  return <ChangesContext value={feed}>{children}</ChangesContext>;
}

function createFeed(): ChangeFeed {
  const listeners = new Set<Listener>();
  return {
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    tell(topic) {
      for (const listener of listeners) listener(topic);
    },
  };
}

/**
 * Calls back when one of the lists changed on control, and after every gap in the stream.
 * @param topics the lists; keep the array stable between renders
 */
export function useChanges(topics: readonly Topic[], onChange: () => void): void {
  const feed = useContext(ChangesContext);
  const { api } = useSession();
  useEffect(
    () =>
      feed?.listen((topic) => {
        // SECURITY: nobody at the page asked for it, so it does not keep their session alive (S28).
        if (topic === 'everything' || topics.includes(topic)) api.unattended(onChange);
      }),
    [feed, api, topics, onChange],
  );
}

/** Reads what a server-sent event says, or undefined when it is no change. */
export function readChange(data: unknown): Topic | undefined {
  const parsed = typeof data === 'string' ? parseJson(data, 1024) : undefined;
  const read = change.safeParse(parsed?.value);
  return read.success ? read.data.topic : undefined;
}

function followChanges(listener: Listener): () => void {
  let source: EventSource | undefined;
  let timer: number | undefined;
  let broken = false;
  const connect = () => {
    source = new EventSource(changesPath);
    source.addEventListener('open', () => {
      // Whatever happened during the gap was not told: read all lists again.
      if (broken) listener('everything');
      broken = false;
    });
    source.addEventListener('message', (event) => {
      const topic = readChange(event.data);
      if (topic !== undefined) listener(topic);
    });
    source.addEventListener('error', () => {
      broken = true;
      if (source?.readyState !== EventSource.CLOSED) return;
      // Refused, not cut: the browser does not try again by itself, and the lists say why (a session that ended).
      listener('everything');
      timer = window.setTimeout(connect, reconnectMilliseconds);
    });
  };
  connect();
  return () => {
    source?.close();
    window.clearTimeout(timer);
  };
}
