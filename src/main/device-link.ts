import { controlDuties } from './control-duties.ts';
import type { DutyParts } from './control-duties.ts';
import type { LeaseDuty } from './lease-duty.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import { Link } from './link/link.ts';
import type { LinkOptions } from './link/link.ts';
import { exponentialRetry } from './link/retry-policy.ts';
import type { LinkIdentity } from './link/socket.ts';
import type { Random } from './platform/random.ts';

/** What the laptop's link needs of the rest of it. */
export interface DeviceLinkParts
  extends DutyParts, Pick<LinkOptions, 'onNotification' | 'onConnected' | 'onState' | 'clock' | 'log'> {
  readonly leaseDuty: LeaseDuty;
  readonly state: () => Lifecycle;
  readonly openSocket: (identity: LinkIdentity) => ReturnType<LinkOptions['open']>;
  readonly client: string;
  /** How many times the record has been written, as it lies on the disk. */
  readonly recordGeneration: () => number;
  readonly random: Random;
}

/** Makes the link of an enrolled laptop, which the lease goes before in everything. */
export function makeDeviceLink(parts: DeviceLinkParts): Link {
  const { kept, trust, leaseDuty } = parts;
  return new Link({
    ...parts,
    // SECURITY: a lease that ran out while the laptop slept comes before any network (S21).
    mayConnect: () => leaseDuty.look() !== 'erase',
    open: () => {
      const { link: address, caCertificate, certificate, signingKey } = kept.value.identity;
      return parts.openSocket({ address, caCertificate, certificate, signingKey });
    },
    hello: () => ({
      client: parts.client,
      state: parts.state().name,
      manifestVersion: trust.manifest.version,
      rosterVersion: trust.rosterVersion,
      grantSequence: trust.sequences.grant,
      orderSequence: trust.sequences.order,
      // SECURITY: a record that was put back says a lower number than it has said before (S30).
      recordGeneration: parts.recordGeneration(),
    }),
    device: kept.value.identity.device.id,
    handlers: controlDuties({
      ...parts,
      // SECURITY: and before anything that control asks for over a link that outlived the sleep (S21).
      capabilities: () => {
        leaseDuty.look();
        return parts.capabilities();
      },
    }),
    retry: exponentialRetry(() => (parts.random.bytes(1)[0] ?? 0) / 256),
  });
}
