import { Refused } from '../http/handlers.ts';
import type { Handlers } from '../http/handlers.ts';
import { listDevices } from './device-list.ts';
import type { DeviceListDeps } from './device-list.ts';
import { createTicket } from './tickets.ts';
import type { TicketDeps } from './tickets.ts';

export type DeviceRoutes = Pick<Handlers, 'siteDevices' | 'fleetDevices' | 'fleetSites' | 'createTicket'>;

/** The console routes of laptops: a site's, the fleet's, and the tickets that enrol them. */
export function deviceRoutes(deps: TicketDeps & DeviceListDeps): DeviceRoutes {
  return {
    siteDevices: async (_input, { person }) => {
      // SECURITY: staff see their own site's laptops and no others (S15).
      if (person.site === null) return new Refused('not-allowed');
      return { devices: await listDevices(deps, person.site.id, 1000) };
    },
    fleetDevices: async () => ({ devices: await listDevices(deps, undefined, 5000) }),
    fleetSites: async () => ({
      // Laptops live in prisons; hospitals have none.
      sites: await deps.db
        .selectFrom('sites')
        .select(['id', 'name'])
        .where('kind', '=', 'prison')
        .where('removed_at', 'is', null)
        .orderBy('name')
        .limit(500)
        .execute(),
    }),
    createTicket: async ({ body }, caller) => {
      const answer = await createTicket(deps, body, caller);
      return answer.ok ? answer.result : new Refused(answer.refusal.reason);
    },
  };
}
