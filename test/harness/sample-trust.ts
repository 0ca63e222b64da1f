import type { ApprovedStatement, Manifest, Roster } from '@sallyport/protocol';
import { fromBase64url } from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import { firstTrust } from '../../src/main/trust/kept-trust.ts';
import type { KeptTrust } from '../../src/main/trust/kept-trust.ts';
import { keptInMemory } from '../../src/main/trust/testing/kept-in-memory.ts';
import type { KeptInMemory } from '../../src/main/trust/testing/kept-in-memory.ts';
import { Trust } from '../../src/main/trust/trust.ts';
import type { SampleFleet } from './sample-fleet.ts';

/** A laptop's trust in a sample fleet. */
export interface SampleTrust {
  readonly trust: Trust;
  readonly kept: KeptInMemory<KeptTrust>;
  /** What has come into force. */
  readonly inForce: string[];
  /** The time to judge by, ms since 1970. */
  now: number;
}

/** Makes the trust of the fleet's laptop as it is after its enrolment and its first walk: with the hospital's roster. */
export async function sampleTrust(
  fleet: SampleFleet,
  now: number,
  changes: Partial<KeptTrust> = {},
): Promise<SampleTrust> {
  const first = await enrolledTrust(fleet);
  const kept = keptInMemory<KeptTrust>({ ...first, ...changes });
  const inForce: string[] = [];
  const { id: device, site, key } = fleet.device;
  const sample: SampleTrust = {
    kept,
    inForce,
    now,
    trust: new Trust({
      kept,
      subject: { device, site, key },
      now: () => sample.now,
      onInForce: (what) => inForce.push(what),
    }),
  };
  if (changes.rosters === undefined) {
    const hospital = fleet.approved(fleet.hospitalRoster, fleet.people.hospitalManager);
    await sample.trust.takeRoster(fleet.hospital, hospital);
    inForce.length = 0;
  }
  return sample;
}

/** What a laptop of the fleet keeps at its enrolment. */
export function enrolledTrust(fleet: SampleFleet): Promise<KeptTrust> {
  const { manifest, roster, people } = fleet;
  return firstTrust(fleet.approved(manifest, people.trustee), fleet.approved(roster, people.prisonManager));
}

/** The manifest or roster that follows another: one version up, with its digest. */
export async function following<T extends Manifest | Roster>(
  before: ApprovedStatement,
  contents: T,
  changes: Partial<T> = {},
): Promise<T> {
  const previous = await digestOf(exactBytes(before));
  return { ...contents, version: contents.version + 1, previous, ...changes };
}

/** The exact bytes of an approved statement. */
export function exactBytes({ statement }: ApprovedStatement): Uint8Array<ArrayBuffer> {
  return fromBase64url(statement) ?? new Uint8Array();
}
