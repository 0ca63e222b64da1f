import type { Handlers } from '../http/handlers.ts';
import type { AuditChain } from './audit.ts';

const pageSize = 100;

/** The route that shows the record, newest first. */
export function auditRoutes(audit: AuditChain): Pick<Handlers, 'audit'> {
  return {
    audit: async ({ query }) => ({ entries: await audit.entriesBefore(query.before, pageSize) }),
  };
}
