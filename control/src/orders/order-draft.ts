import type { Kysely, Transaction } from 'kysely';
import { encodeStatement, toBase64url } from '@sallyport/protocol';
import type { ApprovalTask, FleetPolicy, Manifest, Order, OrderKind, Refusal } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type { Answer, ApprovalTasks, Changes, Clock, TrustDocuments } from '../ports.ts';
import { lockDevices } from './order-devices.ts';

const hour = 60 * 60_000;
/** How long a drafted order waits for its first approval, ms. */
const draftLife = hour / 2;
/** How long suspend and resume can be obeyed, ms. */
const shortOrderLife = 30 * 24 * hour;

export interface DraftDeps {
  db: Kysely<Database>;
  trust: TrustDocuments;
  tasks: ApprovalTasks;
  changes: Changes;
  clock: Clock;
}

export interface WantedOrder {
  order: OrderKind;
  devices: string[];
  reason: string;
}

/**
 * Drafts an order for one laptop or several: reserves each laptop's next sequence and writes the statement that people
 * approve.
 * @returns the approval task, which stands among the proposals until it is approved by enough; or `malformed` when a
 *   laptop is named twice, `not-allowed`, `outdated` (resume, under a manifest whose time is over), or what
 *   `lockDevices` says
 */
export async function draftOrder(deps: DraftDeps, wanted: WantedOrder, caller: Caller): Promise<Answer<ApprovalTask>> {
  if (new Set(wanted.devices).size !== wanted.devices.length) return refused('malformed');
  const { manifest, standing } = await deps.trust.manifest();
  // SECURITY: under a manifest whose time is over laptops can be shut and killed, and nothing else (S6).
  if (standing === 'expired' && wanted.order === 'resume') return refused('outdated');
  const credentials = credentialsOf(manifest, caller.person.id);
  if (credentials.length === 0) return refused('not-allowed');
  const devices = await deps.db.transaction().execute((trx) => reserve(trx, wanted));
  if (typeof devices === 'string') return refused(devices);
  const issuedAt = deps.clock.now();
  const statement = encodeStatement({
    sallyport: 1,
    type: 'order',
    fleet: manifest.fleet,
    issuedAt,
    notAfter: issuedAt + lifeOf(wanted.order, manifest.policy),
    manifestVersion: manifest.version,
    order: wanted.order,
    devices,
    reason: wanted.reason,
  });
  const expiresAt = issuedAt + draftLife;
  const id = await deps.tasks.create({ type: 'order', statement, requestedBy: caller.person.id, expiresAt });
  await deps.changes.publish('orders');
  return { ok: true, result: { id, statement: toBase64url(statement), credentials } };
}

/** A brick order outlives the lease: a laptop that never got it has erased itself by then. Milliseconds. */
function lifeOf(order: OrderKind, policy: FleetPolicy): number {
  const beyondLease = policy.eraseAfterHours * hour + shortOrderLife;
  return order === 'brick' ? beyondLease : shortOrderLife;
}

/** Every officer's passkeys, the caller's first: the second approval of an order comes from another person. */
function credentialsOf(manifest: Manifest, caller: string): string[] {
  const own = manifest.fleetOfficers.filter((officer) => officer.id === caller);
  const others = manifest.fleetOfficers.filter((officer) => officer.id !== caller);
  if (own.length === 0) return [];
  return [...own, ...others].flatMap((officer) => officer.credentials.map(({ id }) => id)).slice(0, 200);
}

async function reserve(
  trx: Transaction<Database>,
  wanted: WantedOrder,
): Promise<Order['devices'] | 'not-found' | 'wrong-state'> {
  const devices = await lockDevices(trx, wanted.order, wanted.devices);
  if (typeof devices === 'string') return devices;
  await trx
    .updateTable('devices')
    .set((eb) => ({ next_order_sequence: eb('next_order_sequence', '+', 1) }))
    .where('id', 'in', wanted.devices)
    .execute();
  return devices;
}

function refused(reason: Refusal['reason']): Answer<never> {
  return { ok: false, refusal: { reason } };
}
