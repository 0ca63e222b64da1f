import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Audit, Changes, Clock, SignatureCounters, TrustNews } from '../ports.ts';
import type { TrustReader } from './trust-documents.ts';

/** What proposing, approving and publishing need of the rest of control. */
export interface ProposalDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  counters: SignatureCounters;
  news: TrustNews;
  trust: TrustReader;
}
