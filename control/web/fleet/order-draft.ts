import { consoleApi } from '@sallyport/protocol';
import type { ConsoleDevice, ConsoleInput, OrderKind } from '@sallyport/protocol';
import { hasReturned } from '../ui/lease-notice.ts';
import type { PlainKey, Translate } from '../ui/messages/catalogue.ts';

/** The order form as it is filled in. */
export interface OrderDraft {
  order: OrderKind | '';
  reason: string;
  /** Typed to confirm: the laptop's name, or of several how many there are. */
  confirmation: string;
}

/** The most laptops one order may name. */
export const mostLaptops = 50;

type Ordered = Pick<ConsoleDevice, 'id' | 'name'>;
type DraftError = { field: 'order-kind' | 'order-reason' | 'order-name' | 'order-count'; words: PlainKey };

/** The orders that make sense for a laptop as it is; none for a laptop that is bricked and stays so. */
export function possibleOrders(
  device: Pick<ConsoleDevice, 'state' | 'shareDestroyedAt' | 'lease' | 'damagedAt' | 'erasure'>,
): readonly OrderKind[] {
  const { state, lease, damagedAt } = device;
  // What came back from its own erasure is told again.
  if (hasReturned(device)) return ['brick'];
  if (isEnding(device)) return [];
  // A laptop past its lease has erased itself, whatever it reported last; a damaged one can only be erased.
  if (lease?.standing === 'erase' || damagedAt !== null) return ['brick'];
  // Past the first part of its lease it has suspended itself, and control has not heard of it.
  return state === 'suspended' || lease?.standing === 'suspend' ? ['resume', 'brick'] : ['suspend', 'brick'];
}

function isEnding({ state, shareDestroyedAt }: Pick<ConsoleDevice, 'state' | 'shareDestroyedAt'>): boolean {
  return shareDestroyedAt !== null || state === 'wiping' || state === 'dead';
}

/** The orders that make sense for each of several laptops. */
export function ordersForAll(devices: readonly Parameters<typeof possibleOrders>[0][]): readonly OrderKind[] {
  const orders: readonly OrderKind[] = ['suspend', 'resume', 'brick'];
  return orders.filter((order) => devices.every((device) => possibleOrders(device).includes(order)));
}

/** The laptops of an order in words: the name of one, the number of several. */
export function wordsForLaptops(devices: readonly Pick<ConsoleDevice, 'name'>[], t: Translate): string {
  const [first, second] = devices;
  return first !== undefined && second === undefined ? first.name : t('several.laptops', { count: devices.length });
}

/** The field that confirms an order. */
export function confirmationField(devices: readonly Ordered[]): 'order-name' | 'order-count' {
  return devices.length === 1 ? 'order-name' : 'order-count';
}

/**
 * Checks an order before it is drafted.
 * @param devices the laptops it is for, at least one
 * @returns what control is asked for, or what is wrong, field by field
 */
export function checkOrder(
  draft: OrderDraft,
  devices: readonly Ordered[],
): { ok: true; value: ConsoleInput<'draftOrder'>['body'] } | { ok: false; errors: readonly DraftError[] } {
  const reason = draft.reason.trim();
  const errors: DraftError[] = [];
  if (draft.order === '') errors.push({ field: 'order-kind', words: 'order.needKind' });
  if (reason === '') errors.push({ field: 'order-reason', words: 'order.needReason' });
  else if (!consoleApi.draftOrder.body.shape.reason.safeParse(reason).success) {
    errors.push({ field: 'order-reason', words: 'order.badReason' });
  }
  // SECURITY: the name or the number, not a tick: a person who is about to brick the wrong laptops reads what they type (S7).
  if (!isConfirmed(draft.confirmation, devices)) {
    const field = confirmationField(devices);
    errors.push({ field, words: field === 'order-name' ? 'order.wrongName' : 'several.wrongCount' });
  }
  if (draft.order === '' || errors.length > 0) return { ok: false, errors };
  return { ok: true, value: { order: draft.order, devices: devices.map(({ id }) => id), reason } };
}

function isConfirmed(typed: string, devices: readonly Ordered[]): boolean {
  const [first, second] = devices;
  if (first === undefined) return false;
  if (second !== undefined) return typed.trim() === String(devices.length);
  return typed.trim().toLocaleUpperCase('en-GB') === first.name.toLocaleUpperCase('en-GB');
}
