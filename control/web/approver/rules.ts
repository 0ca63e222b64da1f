import { fleetPolicy, fromBase64url, sha256, toBase64url } from '@sallyport/protocol';
import type { FleetPolicy, Manifest } from '@sallyport/protocol';
import type { Words } from './words.ts';

/**
 * A manifest in which the digest of the audit key stands for the key, as people compare it.
 * @returns undefined when the key is no canonical base64url
 */
export async function readable(manifest: Manifest): Promise<Manifest | undefined> {
  const key = fromBase64url(manifest.policy.auditKey);
  if (key === undefined) return undefined;
  return { ...manifest, policy: { ...manifest.policy, auditKey: toBase64url(await sha256(key)) } };
}

/** What each rule of a readable manifest's policy says, one sentence a rule. */
export function rulesOf(policy: FleetPolicy, words: Words): string[] {
  return fleetPolicy.keyof().options.map((rule) => sentenceOf(rule, policy[rule], words));
}

/** What one rule says. */
export function sentenceOf<R extends keyof FleetPolicy>(
  rule: R,
  value: FleetPolicy[R],
  { manifest }: Pick<Words, 'manifest'>,
): string {
  return manifest.rule[rule](value);
}
