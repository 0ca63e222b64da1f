import type { Kysely } from 'kysely';
import type { Refusal } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Caller } from '../http/handlers.ts';
import type {
  Answer,
  ApprovalTasks,
  Audit,
  Changes,
  Clock,
  DeviceLink,
  ServerShares,
  SignatureCounters,
  TrustDocuments,
} from '../ports.ts';

/** What opening and closing laptops needs of the rest of control. */
export interface ActivationDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  trust: TrustDocuments;
  tasks: ApprovalTasks;
  counters: SignatureCounters;
  shares: Pick<ServerShares, 'use'>;
  clock: Clock;
  link: Pick<DeviceLink, 'isConnected' | 'request'>;
}

/** The caller as the record names them. */
export function actorOf(caller: Caller): { kind: 'person'; id: string; name: string } {
  return { kind: 'person', id: caller.person.id, name: caller.person.name };
}

/** Records that an act was refused to a person, and refuses it. */
export async function refuseAct(
  deps: ActivationDeps,
  caller: Caller,
  act: { action: string; subject: string; device?: string },
  refusal: Refusal,
): Promise<Answer<never>> {
  await deps.db.transaction().execute((trx) =>
    deps.audit.append(trx, {
      actor: actorOf(caller),
      action: act.action,
      subject: act.subject,
      detail: { reason: refusal.reason, device: act.device ?? null },
    }),
  );
  return { ok: false, refusal };
}
