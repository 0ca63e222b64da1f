import { base64url } from '@sallyport/protocol';
import type { Manifest, Roster } from '@sallyport/protocol';
import type { Approver } from '@sallyport/protocol/verify';
import * as z from 'zod';

/** As many passkeys as the manifest's fleet officers and one site's roster can have. */
const counterLimit = 50 * 5 + 2000 * 5;

/** The highest signature counter of each passkey that keeps one (WebAuthn Level 3, 6.1.1). */
export const keptCounters = z
  .array(z.strictObject({ credential: base64url(1023), counter: z.int().min(1) }))
  .max(counterLimit);
export type KeptCounters = z.infer<typeof keptCounters>;

/** Counters as the verifier takes them. */
export function countersOf(kept: KeptCounters): ReadonlyMap<string, number> {
  return new Map(kept.map(({ credential, counter }) => [credential, counter]));
}

/**
 * The counters after approvals that were accepted: theirs, and of the others those of people who are still named.
 * @param isNamed whether a passkey is of somebody whose grants or orders could still be obeyed
 */
export function countersAfter(
  kept: KeptCounters,
  approvers: readonly Approver[],
  isNamed: (credential: string) => boolean,
): KeptCounters {
  const given = approvers
    .filter(({ counter }) => counter > 0)
    .map(({ credential, counter }) => ({ credential, counter }));
  const isGiven = (credential: string): boolean => given.some((approver) => approver.credential === credential);
  const others = kept.filter(({ credential }) => isNamed(credential) && !isGiven(credential));
  return [...given, ...others].slice(0, counterLimit);
}

/**
 * Whether a passkey is of somebody whose orders or grants a laptop could obey: a fleet officer, or one of its own site's
 * people. While there is no roster everybody counts as named: who is forgotten could come back with a lower counter.
 */
export function naming(manifest: Manifest, own: Roster | undefined): (credential: string) => boolean {
  if (own === undefined) return () => true;
  const people = [...manifest.fleetOfficers, ...own.people];
  const named = new Set(people.flatMap(({ credentials }) => credentials.map(({ id }) => id)));
  return (credential) => named.has(credential);
}
