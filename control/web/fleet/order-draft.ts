import { consoleApi } from '@sallyport/protocol';
import type { ConsoleDevice, ConsoleInput, OrderKind } from '@sallyport/protocol';
import type { PlainKey } from '../ui/messages/catalogue.ts';

/** The order form as it is filled in. */
export interface OrderDraft {
  order: OrderKind | '';
  reason: string;
  /** The laptop's name, typed to confirm. */
  name: string;
}

type DraftError = { field: 'order-kind' | 'order-reason' | 'order-name'; words: PlainKey };

/** The orders that make sense for a laptop as it is; none for a laptop that is bricked. */
export function possibleOrders(device: Pick<ConsoleDevice, 'state' | 'shareDestroyedAt'>): readonly OrderKind[] {
  if (device.shareDestroyedAt !== null || device.state === 'wiping' || device.state === 'dead') return [];
  return device.state === 'suspended' ? ['resume', 'brick'] : ['suspend', 'brick'];
}

/**
 * Checks an order for one laptop before it is drafted.
 * @returns what control is asked for, or what is wrong, field by field
 */
export function checkOrder(
  draft: OrderDraft,
  device: Pick<ConsoleDevice, 'id' | 'name'>,
): { ok: true; value: ConsoleInput<'draftOrder'>['body'] } | { ok: false; errors: readonly DraftError[] } {
  const reason = draft.reason.trim();
  const errors: DraftError[] = [];
  if (draft.order === '') errors.push({ field: 'order-kind', words: 'order.needKind' });
  if (reason === '') errors.push({ field: 'order-reason', words: 'order.needReason' });
  else if (!consoleApi.draftOrder.body.shape.reason.safeParse(reason).success) {
    errors.push({ field: 'order-reason', words: 'order.badReason' });
  }
  // SECURITY: the name, not a tick: a person who is about to brick the wrong laptop reads what they type (S7).
  if (!sameName(draft.name, device.name)) errors.push({ field: 'order-name', words: 'order.wrongName' });
  if (draft.order === '' || errors.length > 0) return { ok: false, errors };
  return { ok: true, value: { order: draft.order, devices: [device.id], reason } };
}

function sameName(typed: string, name: string): boolean {
  return typed.trim().toLocaleUpperCase('en-GB') === name.toLocaleUpperCase('en-GB');
}
