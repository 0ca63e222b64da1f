import type { ConsoleOrder, OrderKind, Receipt } from '@sallyport/protocol';

/** A stage of an order, and when it was reached. */
export interface OrderStep {
  name: 'queued' | 'delivered' | 'executed' | 'refused';
  /** Milliseconds since the epoch; null while it is not reached. */
  at: number | null;
  current: boolean;
}

/** The stages of an order: queued → delivered → executed or refused. */
export function orderSteps(
  order: Pick<ConsoleOrder, 'state' | 'queuedAt' | 'deliveredAt' | 'receivedAt' | 'receipt'>,
): readonly OrderStep[] {
  const last = order.state === 'refused' ? 'refused' : 'executed';
  // Only the laptop's signed word moves an order to its last stage; what control noted beside it does not.
  const finished = order.receipt === null ? null : order.receipt.contents.at;
  const steps = [
    { name: 'queued', at: order.queuedAt },
    { name: 'delivered', at: order.deliveredAt ?? finished },
    { name: last, at: finished },
  ] as const;
  return steps.map((step) => ({ ...step, current: step.name === order.state }));
}

/** Which words say what a receipt proves. */
export function proofOf(order: OrderKind, result: Receipt['outcome']['result']): `receipt.${OrderKind | 'refused'}` {
  return result === 'refused' ? 'receipt.refused' : `receipt.${order}`;
}
