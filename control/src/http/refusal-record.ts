import type { AuditEntry, ConsoleRoute } from '@sallyport/protocol';
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';

/** One entry a minute of the same from the same source; the rest of the minute is a number in the next. */
const windowMs = 60_000;
const sweepMs = 5_000;
/** Sources that have entries of their own at a time; all others share one. */
const maxSources = 60;
const maxCredentials = 4;

/** The routes on which somebody shows who they are or makes a passkey, and what a refusal there is called. */
export const recordedAs: Partial<Record<ConsoleRoute, string>> = {
  signIn: 'sign-in.refused',
  stepUp: 'step-up.refused',
  setupRegistrationOptions: 'registration.refused',
  setupRegister: 'registration.refused',
  invitationView: 'registration.refused',
  invitationRegistrationOptions: 'registration.refused',
  invitationRegister: 'registration.refused',
  enterAsGuest: 'guest.refused',
};

/** A refusal that belongs on the record: somebody tried to be somebody. */
export interface NotedRefusal {
  action: string;
  /** Where it came from, as `request-source.ts` says it. */
  source: string;
  /** Who is signed in there, if anybody. */
  person: { id: string; name: string } | undefined;
  reason: string;
  /** The id of the passkey that was offered, unchecked. */
  credential: string | undefined;
}

/** Puts refused sign-ins, step-ups and registrations on the audit chain. */
export interface RefusalRecord {
  /** Writes the first of its kind at once, and counts what follows within a minute. Never throws. */
  note(refusal: NotedRefusal): Promise<void>;
  /** Writes what was only counted so far. Idempotent. */
  close(): Promise<void>;
}

interface Window {
  of: Pick<NotedRefusal, 'action' | 'source' | 'person'>;
  until: number;
  count: number;
  reasons: Set<string>;
  credentials: Set<string>;
}

/** An entry as the audit chain takes it. */
export type RefusalEntry = Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'detail'>;

interface Deps {
  clock: Clock;
  /** Puts an entry on the audit chain. */
  write(entry: RefusalEntry): Promise<void>;
  logger: Logger;
}

/** Creates the record; `close()` stops its timer. */
export function createRefusalRecord(deps: Deps): RefusalRecord {
  const windows = new Windows(deps);
  const timer = setInterval(() => void windows.sweep('over'), sweepMs);
  timer.unref();
  return {
    note: (refusal) => windows.note(refusal),
    close: async () => {
      clearInterval(timer);
      await windows.sweep('all');
    },
  };
}

class Windows {
  readonly #deps: Deps;
  readonly #open = new Map<string, Window>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async note(refusal: NotedRefusal): Promise<void> {
    await this.sweep('over');
    const known = this.#open.get(keyOf(refusal));
    if (known !== undefined) {
      count(known, refusal);
      return;
    }
    // SECURITY: a flood from everywhere costs as much as one from somewhere (S28).
    if (this.#open.size >= maxSources && refusal.source !== 'elsewhere') {
      await this.note({ ...refusal, source: 'elsewhere', person: undefined });
      return;
    }
    const window = this.#begin(refusal);
    count(window, refusal);
    await this.#write(window);
  }

  /** Ends the windows whose minute is over: what was counted is written and counted on, the quiet ones are forgotten. */
  async sweep(which: 'over' | 'all'): Promise<void> {
    const now = this.#deps.clock.now();
    for (const [key, window] of [...this.#open]) {
      if (which === 'over' && now < window.until) continue;
      this.#open.delete(key);
      if (window.count === 0) continue;
      if (which === 'over') this.#begin(window.of);
      await this.#write(window);
    }
  }

  #begin(of: Window['of']): Window {
    const until = this.#deps.clock.now() + windowMs;
    const window: Window = { of, until, count: 0, reasons: new Set(), credentials: new Set() };
    this.#open.set(keyOf(of), window);
    return window;
  }

  /** What cannot be recorded is refused all the same: the log says that the record has a gap. */
  async #write(window: Window): Promise<void> {
    const entry = entryOf(window);
    reset(window);
    try {
      await this.#deps.write(entry);
    } catch (error) {
      this.#deps.logger.error({ err: error, action: entry.action }, 'a refusal is not on the record');
    }
  }
}

function keyOf({ action, source, person }: Window['of']): string {
  return `${action} ${source} ${person?.id ?? ''}`;
}

function count(window: Window, { reason, credential }: NotedRefusal): void {
  window.count += 1;
  window.reasons.add(reason);
  if (credential !== undefined && window.credentials.size < maxCredentials) {
    window.credentials.add(shortPasskey(credential));
  }
}

function reset(window: Window): void {
  window.count = 0;
  window.reasons.clear();
  window.credentials.clear();
}

/** SECURITY: of a passkey the record has eight digits of a digest: enough to see that it is the same again (S19). */
export function shortPasskey(credential: string): string {
  return createHash('sha256').update(credential).digest('hex').slice(0, 8);
}

function entryOf({ of, count: times, reasons, credentials }: Window): RefusalEntry {
  const { action, source, person } = of;
  const actor =
    person === undefined
      ? ({ kind: 'control', id: null, name: 'control' } as const)
      : ({ kind: 'person', id: person.id, name: person.name } as const);
  const detail = {
    source,
    reason: [...reasons].toSorted().join(', ').slice(0, 400),
    count: times,
    ...(credentials.size === 0 ? {} : { passkey: [...credentials].join(', ') }),
  };
  return { actor, action, subject: person?.id ?? null, detail };
}
