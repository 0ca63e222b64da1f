import type { Transaction } from 'kysely';
import type { AuditEntry } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Audit } from '../ports.ts';
import type { ApiClient } from './api-clients.ts';
import type { ExportedResource, ExportedType } from './resources.ts';

/** So many ids fit one value of an entry's detail. */
const idsAValue = 10;

/**
 * Puts a read on the record: who read, and of what. Inside the transaction that read it.
 * SECURITY: nothing is handed out that is not on the record, and no patient's data is (S43).
 */
export async function recordRead(
  { audit, trx }: { audit: Audit; trx: Transaction<Database> },
  client: ApiClient,
  read: { type: ExportedType; how: 'read' | 'search'; resources: readonly ExportedResource[] },
): Promise<void> {
  const { type, how, resources } = read;
  const detail = { client: client.name, resource: type, how, found: resources.length, ...idsOf(resources) };
  const actor = { kind: 'control', id: null, name: 'control' } as const;
  await audit.append(trx, { actor, action: 'fhir.read', subject: client.id, detail });
}

function idsOf(resources: readonly ExportedResource[]): AuditEntry['detail'] {
  const detail: AuditEntry['detail'] = {};
  for (let from = 0; from < resources.length; from += idsAValue) {
    const ids = resources.slice(from, from + idsAValue).map(({ id }) => id);
    detail[from === 0 ? 'ids' : `ids${from / idsAValue + 1}`] = ids.join(' ');
  }
  return detail;
}
