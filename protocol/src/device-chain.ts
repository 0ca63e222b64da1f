import { deviceHead } from './checkpoints.ts';
import type { DeviceHead } from './checkpoints.ts';
import type { DeviceEvent } from './link.ts';
import { sha256, toBase64url } from './primitives.ts';

/** What a device's first event calls the hash of the one before: 32 zero bytes, base64url. */
export const deviceChainGenesis = 'A'.repeat(43);

/**
 * The hash of an event in its device's own chain: SHA-256, base64url, over the compact JSON of these members in this order.
 * @param previous the hash of the event before; the genesis digest when this one is number 1
 */
export async function deviceEventHash(device: string, event: DeviceEvent, previous: string): Promise<string> {
  const { number, at, event: what, detail } = event;
  const text = JSON.stringify({ device, number, at, event: what, detail: detail ?? null, previous });
  return toBase64url(await sha256(new TextEncoder().encode(text)));
}

/** The hashes of consecutive events, oldest first. */
export async function deviceEventHashes(
  device: string,
  events: readonly DeviceEvent[],
  previous: string,
): Promise<string[]> {
  const hashes: string[] = [];
  for (const event of events) hashes.push(await deviceEventHash(device, event, hashes.at(-1) ?? previous));
  return hashes;
}

/** The exact bytes that a device signs of its chain. */
export function encodeDeviceHead(head: Pick<DeviceHead, 'device' | 'number' | 'hash'>): Uint8Array<ArrayBuffer> {
  const value = deviceHead.parse({ sallyport: 1, type: 'device-head', ...head });
  return new TextEncoder().encode(JSON.stringify(value));
}
