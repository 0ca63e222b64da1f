import type { ControlRequestMethod, ControlRequestParams, DeviceEvent } from '@sallyport/protocol';
import { decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { ConsultationJournal } from './consultation-journal.ts';
import { signReceipt } from './identity/receipt-signing.ts';
import type { Capabilities } from './lifecycle/capabilities.ts';
import type { LifecycleEvent } from './lifecycle/lifecycle.ts';
import type { ControlRequestHandlers, Handled } from './link/link.ts';
import type { Kept } from './ports.ts';
import type { Enrolment } from './record.ts';
import { takeGrant } from './trust/grants.ts';
import { executeOrder } from './trust/orders.ts';
import type { OrderOutcome } from './trust/orders.ts';
import type { Pairing } from './trust/pairing.ts';
import type { Trust } from './trust/trust.ts';

/** What {@link controlDuties} needs. */
export interface DutyParts {
  readonly kept: Kept<Enrolment>;
  readonly trust: Trust;
  readonly pairing: Pairing;
  readonly journal: ConsultationJournal;
  readonly capabilities: () => Capabilities;
  readonly dispatch: (event: LifecycleEvent) => void;
  readonly record: (event: DeviceEvent['event'], detail?: string) => void;
  /** Fetches newer trust; says whether any was taken. */
  readonly refreshTrust: () => Promise<boolean>;
  readonly now: () => number;
}

const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;
const nothing = { ok: true, value: {} } as const;

/** Reasons that a newer manifest or roster may lift. */
const mayBeStale: readonly string[] = ['unknown-manifest', 'unknown-credential', 'outdated'];

/** How the laptop answers control: each request only in the states that allow it, grants and orders one at a time. */
export function controlDuties(parts: DutyParts): ControlRequestHandlers {
  const isAllowed = (method: ControlRequestMethod): boolean => parts.capabilities().controlRequests.has(method);
  const oneAtATime = serially();
  return {
    'pairing.check': async ({ code }) => (isAllowed('pairing.check') ? checkPairing(parts, code) : wrongState),
    'grant.open': (params) =>
      oneAtATime(async () => (isAllowed('grant.open') ? openGrant(parts, params, isAllowed) : wrongState)),
    'order.execute': (params) =>
      oneAtATime(async () => (isAllowed('order.execute') ? obeyOrder(parts, params) : wrongState)),
    'activation.lock': async () => {
      if (!isAllowed('activation.lock')) return wrongState;
      parts.dispatch({ type: 'deactivated', reason: 'locked' });
      return nothing;
    },
  };
}

function checkPairing({ pairing, record }: DutyParts, code: string): Handled<{ nonce: string }> {
  const wasLockedOut = pairing.view.state === 'locked-out';
  const answer = pairing.check(code);
  if (answer.ok) return answer;
  const { reason } = answer.refusal;
  if (reason === 'wrong-code') record('pairing-refused');
  // The lock-out is recorded once, when it begins.
  if (reason === 'locked-out' && !wasLockedOut) record('pairing-locked-out');
  return answer;
}

async function openGrant(
  parts: DutyParts,
  params: ControlRequestParams<'grant.open'>,
  isAllowed: (method: ControlRequestMethod) => boolean,
): Promise<Handled<Record<string, never>>> {
  const sealingKey = fromBase64url(parts.kept.value.identity.sealingKey);
  if (sealingKey === undefined) return { ok: false, refusal: { reason: 'failed' } };
  const take = (): ReturnType<typeof takeGrant> => takeGrant({ ...parts, sealingKey }, params);
  let taken = await take();
  if (!taken.ok && mayBeStale.includes(taken.refusal.reason) && (await parts.refreshTrust())) taken = await take();
  sealingKey.fill(0);
  if (!taken.ok) {
    parts.record('statement-refused', `grant: ${taken.refusal.reason}`);
    return taken;
  }
  const { grant, appointment, serverShare } = taken.value;
  const { sequence, openUntil } = grant;
  const entry = { at: Math.trunc(parts.now()), kind: 'opened', grant: sequence, appointment } as const;
  const opened = await parts.journal.open(serverShare, entry);
  if (!opened.ok) return opened;
  // What happened while the journal was opened (an order, say) counts more than the grant.
  if (!isAllowed('grant.open')) {
    await parts.journal.close();
    return wrongState;
  }
  parts.dispatch({ type: 'granted', activation: { grant: sequence, appointment, openUntil } });
  return nothing;
}

async function obeyOrder(
  parts: DutyParts,
  { order }: ControlRequestParams<'order.execute'>,
): Promise<Handled<OrderOutcome['receipt']>> {
  if (isAhead(parts.trust, order.statement)) await parts.refreshTrust();
  let answer = await execute(parts, order);
  const refused = answer.ok ? answer.value.refused : undefined;
  if (refused !== undefined && mayBeStale.includes(refused) && (await parts.refreshTrust())) {
    answer = await execute(parts, order);
  }
  if (!answer.ok) {
    parts.record('statement-refused', `order: ${answer.refusal.reason}`);
    return answer;
  }
  const { receipt, obey } = answer.value;
  if (answer.value.refused !== undefined) parts.record('statement-refused', `order: ${answer.value.refused}`);
  const afterwards = (): void => {
    if (obey !== undefined) parts.dispatch(eventOf(obey));
  };
  return { ok: true, value: receipt, afterwards };
}

function execute(
  { kept, trust, now }: DutyParts,
  order: ControlRequestParams<'order.execute'>['order'],
): ReturnType<typeof executeOrder> {
  const { identity } = kept.value;
  const parts: Parameters<typeof executeOrder>[0] = {
    trust,
    device: identity.device.id,
    now,
    receipts: () => kept.value.receipts,
    sign: (receipt) => signReceipt(identity.signingKey, receipt),
    // SECURITY: sequence, receipt and consequence are durable in one write, before anything happens (S5, S9).
    keep: ({ sequence, receipts, order: kind }) =>
      kept.update((value) => ({
        ...value,
        receipts,
        suspendedByOrder: kind === 'resume' ? false : kind === 'suspend' || value.suspendedByOrder,
        trust: { ...value.trust, orderSequence: sequence },
      })),
  };
  return executeOrder(parts, order);
}

function eventOf(order: NonNullable<OrderOutcome['obey']>): LifecycleEvent {
  switch (order) {
    case 'suspend':
      return { type: 'suspended', by: 'order' };
    case 'resume':
      return { type: 'resumed', by: 'order' };
    case 'brick':
      return { type: 'erase' };
    default:
      return order satisfies never;
  }
}

/** Whether an order was approved under a manifest this laptop does not know yet. */
function isAhead(trust: Trust, statement: string): boolean {
  const bytes = fromBase64url(statement);
  const decoded = bytes && decodeStatement(bytes);
  return decoded?.type === 'order' && decoded.manifestVersion > trust.manifest.version;
}

/** Makes a function that runs tasks one after the other. */
function serially(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const done = last.then(task);
    last = done.catch(() => undefined);
    return done;
  };
}
