import type { ControlRequestMethod, ControlRequestParams, DeviceEvent, RequestRefusal } from '@sallyport/protocol';
import { decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { ConsultationJournal, JournalOpening } from './consultation-journal.ts';
import { signReceipt } from './identity/receipt-signing.ts';
import type { Capabilities } from './lifecycle/capabilities.ts';
import type { LifecycleEvent } from './lifecycle/lifecycle.ts';
import type { ControlRequestHandlers, Handled } from './link/link.ts';
import { serially } from './platform/serially.ts';
import type { Answer, Kept } from './ports.ts';
import type { Enrolment } from './record.ts';
import type { StoreDamage } from './store-damage.ts';
import { takeGrant } from './trust/grants.ts';
import type { OpenedGrant } from './trust/grants.ts';
import { executeOrder } from './trust/orders.ts';
import type { OrderOutcome } from './trust/orders.ts';
import type { Pairing } from './trust/pairing.ts';
import type { TrustRefresh } from './trust/trust-refresh.ts';
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
  /** Whether the store is known not to be what it was. */
  readonly isDamaged: () => boolean;
  /** The store is found not to be what it was: suspends the laptop for good. */
  readonly onDamaged: (damage: StoreDamage) => void;
  /** Fetches newer trust. */
  readonly refresh: TrustRefresh;
  /** The time to judge by, ms since 1970. */
  readonly now: () => number;
}

const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;
const nothing = { ok: true, value: {} } as const;

/** Reasons that a newer manifest or roster may lift. */
export const mayBeStale: readonly string[] = ['unknown-manifest', 'unknown-credential', 'outdated'];

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
  const refused = (reason: RequestRefusal): Answer<never> => {
    parts.record('statement-refused', `grant: ${reason}`);
    return { ok: false, refusal: { reason } };
  };
  const taken = await takeWithNewestTrust(parts, params);
  if (!taken.ok) return refused(taken.refusal.reason);
  const { serverShare, grant, approved, approver, appointment } = taken.value;
  const { sequence, openUntil } = grant;
  const { upcoming } = params;
  const entry = { at: Math.trunc(parts.now()), kind: 'opened', grant: sequence, appointment, upcoming } as const;
  const opened = await parts.journal.open(serverShare, entry);
  if (opened.outcome !== 'opened') return notOpened(parts, opened);
  const revoked = parts.trust.refusalOf({ approver, consultant: appointment.consultant });
  // What happened while the journal was opened (an order, a newer roster) counts more than the grant.
  if (revoked !== undefined || !isAllowed('grant.open')) {
    await parts.journal.close();
    return revoked === undefined ? wrongState : refused(revoked);
  }
  const activation = { grant: sequence, approved, approver, appointment, upcoming, openUntil };
  parts.dispatch({ type: 'granted', activation });
  return nothing;
}

/**
 * What a journal that does not open comes to.
 * SECURITY: a store that is not what it was opens nothing, now or later, and is reported. A half of the key that does not fit
 * is as likely control's doing: it refuses this grant alone, or whoever holds control could damage every laptop (S31).
 */
function notOpened(
  { record, onDamaged }: DutyParts,
  opened: Exclude<JournalOpening, { outcome: 'opened' }>,
): Answer<never> {
  const reason = opened.outcome === 'refused' ? opened.reason : undefined;
  if (reason === undefined || reason === 'wrong-key') {
    record('statement-refused', `grant: ${reason ?? 'failed'}`);
    return { ok: false, refusal: { reason: 'failed' } };
  }
  onDamaged(`journal-consultations-${reason}`);
  return { ok: false, refusal: { reason: 'store-damaged' } };
}

async function takeWithNewestTrust(
  parts: DutyParts,
  params: ControlRequestParams<'grant.open'>,
): Promise<Answer<OpenedGrant>> {
  const sealingKey = fromBase64url(parts.kept.value.identity.sealingKey);
  if (sealingKey === undefined) return { ok: false, refusal: { reason: 'failed' } };
  try {
    return await withNewestTrust(
      parts,
      () => takeGrant({ ...parts, sealingKey }, params),
      (answer) => (answer.ok ? undefined : answer.refusal.reason),
      hospitalOf(params.grant.statement),
    );
  } finally {
    sealingKey.fill(0);
  }
}

async function obeyOrder(
  parts: DutyParts,
  { order }: ControlRequestParams<'order.execute'>,
): Promise<Handled<OrderOutcome['receipt']>> {
  const answer = await withNewestTrust(
    parts,
    () => execute(parts, order),
    (outcome) => (outcome.ok ? outcome.value.refused : undefined),
  );
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
  { kept, trust, now, isDamaged }: DutyParts,
  order: ControlRequestParams<'order.execute'>['order'],
): ReturnType<typeof executeOrder> {
  const { identity } = kept.value;
  const parts: Parameters<typeof executeOrder>[0] = {
    trust,
    device: identity.device.id,
    now,
    receipts: () => kept.value.receipts,
    isDamaged,
    sign: (receipt) => signReceipt(identity.signingKey, receipt),
    // SECURITY: sequence, counters, receipt and consequence are durable in one write, before anything happens (S5, S9).
    keep: ({ sequence, approvers, receipts, order: kind }) =>
      kept.update((value) => ({
        ...value,
        receipts,
        suspendedByOrder: kind === 'resume' ? false : kind === 'suspend' || value.suspendedByOrder,
        lease: { ...value.lease, suspended: kind === 'resume' ? false : value.lease.suspended },
        trust: trust.afterOrder(value.trust, sequence, approvers),
      })),
  };
  return executeOrder(parts, order);
}

function eventOf(order: NonNullable<OrderOutcome['obey']>): LifecycleEvent {
  switch (order) {
    case 'suspend':
      return { type: 'suspended', by: 'order' };
    case 'resume':
      return { type: 'resumed' };
    case 'brick':
      return { type: 'erase' };
    default:
      return order satisfies never;
  }
}

/** The hospital that a grant names, when it is one. */
function hospitalOf(statement: string): string | undefined {
  const bytes = fromBase64url(statement);
  const decoded = bytes && decodeStatement(bytes);
  return decoded?.type === 'grant' ? decoded.appointment.consultant.hospital.id : undefined;
}

/**
 * Does something that trust decides on; when it is refused for a reason that newer trust may lift, once more with the
 * newest there is.
 * @param hospital whose roster is needed, when one is
 */
async function withNewestTrust<T>(
  { trust, refresh }: DutyParts,
  act: () => Promise<T>,
  refusalOf: (outcome: T) => string | undefined,
  hospital?: string,
): Promise<T> {
  const { revision } = trust;
  const outcome = await act();
  if (!mayBeStale.includes(refusalOf(outcome) ?? '')) return outcome;
  await refresh.refresh();
  if (hospital !== undefined) await refresh.obtainRoster(hospital);
  return trust.revision === revision ? outcome : act();
}
