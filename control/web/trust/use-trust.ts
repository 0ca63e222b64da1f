import { useCallback, useEffect, useRef, useState } from 'react';
import type { ConsoleAnswer, Manifest, Roster } from '@sallyport/protocol';
import type { Api, Result } from '../ui/api.ts';
import { useChanges } from '../ui/Changes.tsx';
import { readStatementOf } from '../ui/read-statement.ts';
import { useSession } from '../ui/Session.tsx';
import { readAgain, useList } from '../ui/use-list.ts';
import type { Loaded } from '../ui/use-list.ts';

const topics = ['trust'] as const;

/** The list of roles and rules in force, kept up to date, and a function that reads it again. */
export function useManifest(): [Loaded<Manifest>, () => void] {
  const { api } = useSession();
  const [loaded, setLoaded] = useState<Loaded<Manifest>>({ state: 'loading' });
  const known = useRef<Manifest>(undefined);
  const read = useCallback(() => {
    void newestManifest(api, known.current).then((answer) => {
      if (answer.ok) known.current = answer.value;
      setLoaded((before) => readAgain(before, answer));
    });
  }, [api]);
  useEffect(read, [read]);
  useChanges(topics, read);
  return [loaded, read];
}

/** Walks the chain of manifests from the newest one known. What people approve, the approver shows and devices verify. */
export async function newestManifest(api: Api, known: Manifest | undefined): Promise<Result<Manifest>> {
  const answer = await api.call('trustChain', { query: { after: known?.version ?? 0 } });
  if (!answer.ok) return answer;
  const last = answer.value.manifests.at(-1);
  if (last === undefined && known !== undefined) return { ok: true, value: known };
  const newer = readStatementOf('manifest', last?.statement);
  // An answer that leads nowhere must not be asked for again and again.
  if (newer === undefined || !isNewer(newer, known)) return unreadable;
  return answer.value.more ? newestManifest(api, newer) : { ok: true, value: newer };
}

function isNewer(manifest: Manifest, known: Manifest | undefined): boolean {
  return known === undefined || manifest.version > known.version;
}

const unreadable = { ok: false, trouble: { reason: 'unreadable' } } as const;

/** A site's people: the list in force, or the newest one when it no longer is; neither while the site has none. */
export interface SiteRoster {
  roster: Roster | undefined;
  /** Whether the trustees have changed something that the managers must answer with a new list. */
  isLapsed: boolean;
}

/** The newest list of a site's people, kept up to date. */
export function useRoster(site: string): [Loaded<SiteRoster>, () => void] {
  const [list, read] = useList('trustRoster', { params: { id: site } }, topics);
  if (list.state !== 'loaded') return [list, read];
  const value = readSiteRoster(list.value);
  return [value === undefined ? { state: 'failed', trouble: unreadable.trouble } : { ...list, value }, read];
}

/** Reads control's answer about a site's list; undefined when it has one that this page cannot read, which is not none. */
export function readSiteRoster({ roster: inForce, lapsed }: ConsoleAnswer<'trustRoster'>): SiteRoster | undefined {
  const newest = inForce?.statement ?? lapsed;
  const roster = readStatementOf('roster', newest);
  if (newest !== undefined && roster === undefined) return undefined;
  return { roster, isLapsed: inForce === null && newest !== undefined };
}
