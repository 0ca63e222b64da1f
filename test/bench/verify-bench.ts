import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { fromBase64url } from '@sallyport/protocol';
import type { Manifest } from '@sallyport/protocol';
import { verifyStatement } from '@sallyport/protocol/verify';
import { sampleFleet, samplePerson } from '../harness/sample-fleet.ts';
import type { Measure } from './compare.ts';

/** Orders verified in one sample; its time is divided by them. */
const orders = 100;

/** A fleet of the size it is made for: 132 prisons, 30 hospitals, two managers each, twenty officers. */
function largeManifest(base: Manifest): Manifest {
  const site = (kind: 'prison' | 'hospital', number: number): Manifest['sites'][number] => ({
    id: crypto.randomUUID(),
    kind,
    name: `${kind} ${number}`,
    managers: [samplePerson('First Manager').named, samplePerson('Second Manager').named],
    threshold: 1,
  });
  const sites = Array.from({ length: 162 }, (_, number) => site(number < 132 ? 'prison' : 'hospital', number));
  const officers = Array.from({ length: 18 }, (_, number) => samplePerson(`Officer ${number}`).named);
  return { ...base, sites: [...base.sites, ...sites], fleetOfficers: [...officers, ...base.fleetOfficers] };
}

/** One order as a laptop verifies it: bytes, contents, assertion, signature. Milliseconds an order. */
export function verifiedOrder(): Measure {
  const now = Date.now();
  const fleet = sampleFleet(now);
  const manifest = largeManifest(fleet.manifest);
  const { statement, approvals } = fleet.approved(fleet.order(now), fleet.people.officer);
  const bytes = fromBase64url(statement) ?? new Uint8Array();
  const policy = { type: 'order', now, device: fleet.device.id, afterSequence: 0 } as const;
  return async () => {
    const started = performance.now();
    for (let count = 0; count < orders; count += 1) {
      const verified = await verifyStatement(bytes, approvals, manifest, policy);
      if (!verified.accepted) throw new Error(verified.reason);
    }
    return (performance.now() - started) / orders;
  };
}

/** The least there is: one ECDSA P-256 verification and one digest. Milliseconds each. */
export function bareSignature(): Measure {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const data = Buffer.alloc(700, 1);
  const signature = sign('sha256', data, privateKey);
  const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
  return async () => {
    const started = performance.now();
    for (let count = 0; count < orders; count += 1) {
      createHash('sha256').update(data).digest();
      if (!verify('sha256', data, key, signature)) throw new Error('bad signature');
    }
    return (performance.now() - started) / orders;
  };
}
