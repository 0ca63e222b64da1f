import type { ConsoleDevice } from '@sallyport/protocol';
import type { PlainKey } from '../ui/messages/catalogue.ts';
import { mostLaptops, ordersForAll } from './order-draft.ts';

/**
 * Checks which laptops an order shall be for.
 * @returns the laptops, or words for why one order cannot be for all of them
 */
export function checkChoice(
  devices: readonly ConsoleDevice[],
): { ok: true; value: readonly ConsoleDevice[] } | { ok: false; words: PlainKey } {
  if (devices.length < 2) return { ok: false, words: 'several.needTwo' };
  if (devices.length > mostLaptops) return { ok: false, words: 'several.tooMany' };
  return ordersForAll(devices).length === 0
    ? { ok: false, words: 'several.noCommonOrder' }
    : { ok: true, value: devices };
}
