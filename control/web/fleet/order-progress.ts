import { fixedErasureSteps } from '@sallyport/protocol';
import type { ConsoleErasure, ConsoleOrder, ErasureStage, OrderKind, Receipt } from '@sallyport/protocol';

/** A stage of an order, and when it was reached. */
export interface OrderStep {
  name: 'queued' | 'delivered' | 'executed' | 'refused' | ErasureStage;
  done: boolean;
  /** Milliseconds since the epoch; null while it is not reached, and where nobody knows when it was. */
  at: number | null;
  current: boolean;
}

type Shown = Pick<ConsoleOrder, 'order' | 'state' | 'queuedAt' | 'deliveredAt' | 'receivedAt' | 'receipt' | 'erasure'>;
type Stage = Pick<OrderStep, 'name' | 'done' | 'at'>;

const stages = ['accepted', 'keys-destroyed', 'erased', 'attested'] as const satisfies readonly ErasureStage[];

/**
 * The stages of an order: queued → delivered → executed or refused; of a brick: queued → delivered → accepted → keys
 * destroyed → erased → attested, or refused.
 */
export function orderSteps(order: Shown): readonly OrderStep[] {
  const steps = [...stepsOnTheWay(order), ...stepsOfAnswer(order)];
  const current = steps.findLastIndex(({ done }) => done);
  return steps.map((step, index) => ({ ...step, current: index === current }));
}

function stepsOnTheWay({ queuedAt, deliveredAt, receipt }: Shown): Stage[] {
  const at = deliveredAt ?? receipt?.contents.at ?? null;
  return [
    { name: 'queued', done: true, at: queuedAt },
    { name: 'delivered', done: at !== null, at },
  ];
}

function stepsOfAnswer({ order, state, receipt, erasure }: Shown): Stage[] {
  // Only the laptop's signed word moves an order to its last stage; what control noted beside it does not.
  const answered = receipt?.contents.at ?? null;
  if (state === 'refused') return [{ name: 'refused', done: answered !== null, at: answered }];
  if (order !== 'brick') return [{ name: 'executed', done: answered !== null, at: answered }];
  const reached = erasure === null ? (answered === null ? -1 : 0) : stages.indexOf(erasure.stage);
  return stages.map((name, index) => ({
    ...{ name, done: index <= reached },
    at: index > reached ? null : name === 'accepted' ? answered : momentOf(name, erasure),
  }));
}

/** When a stage of an erasure was reached, by the laptop's own clock. */
function momentOf(stage: Exclude<ErasureStage, 'accepted'>, erasure: ConsoleErasure | null): number | null {
  const fixed: readonly string[] = stage === 'keys-destroyed' ? ['device-share'] : fixedErasureSteps;
  const moments = (erasure?.steps ?? [])
    .filter(({ step }) => stage === 'attested' || fixed.includes(step))
    .flatMap(({ at }) => (at === null ? [] : [at]));
  return moments.length === 0 ? null : Math.max(...moments);
}

/** Which words say what a receipt proves. */
export function proofOf(order: OrderKind, result: Receipt['outcome']['result']): `receipt.${OrderKind | 'refused'}` {
  return result === 'refused' ? 'receipt.refused' : `receipt.${order}`;
}

/** Orders as they are listed: those that somebody must look after first, each part newest first. */
export function sorted(orders: readonly ConsoleOrder[]): { alarmed: ConsoleOrder[]; others: ConsoleOrder[] } {
  const newestFirst = orders.toSorted((one, other) => other.queuedAt - one.queuedAt);
  return {
    alarmed: newestFirst.filter(({ alarm }) => alarm !== null),
    others: newestFirst.filter(({ alarm }) => alarm === null),
  };
}
