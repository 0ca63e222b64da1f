import { Refused } from '../http/handlers.ts';
import type { Handlers } from '../http/handlers.ts';
import { approveOrder } from './order-approval.ts';
import type { ApprovalDeps } from './order-approval.ts';
import { draftOrder } from './order-draft.ts';
import { listOrders } from './order-list.ts';
import type { OrderListDeps } from './order-list.ts';

export type OrderRoutes = Pick<Handlers, 'draftOrder' | 'approveOrder' | 'fleetOrders'>;

/** The fleet console's routes of orders. */
export function orderRoutes(deps: ApprovalDeps & OrderListDeps): OrderRoutes {
  return {
    draftOrder: async ({ body }, caller) => {
      const answer = await draftOrder(deps, body, caller);
      return answer.ok ? answer.result : new Refused(answer.refusal.reason);
    },
    approveOrder: async ({ params, body }, caller) => {
      const answer = await approveOrder(deps, { task: params.id, approval: body.approval }, caller);
      return answer.ok ? { orders: await listOrders(deps, answer.result) } : new Refused(answer.refusal.reason);
    },
    fleetOrders: async () => ({ orders: await listOrders(deps) }),
  };
}
