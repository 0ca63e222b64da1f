import { Refused } from '../http/handlers.ts';
import type { Handlers } from '../http/handlers.ts';
import type { ActivationDeps } from './activation-deps.ts';
import { lockDevice } from './locking.ts';
import { openDevice } from './opening.ts';
import { pair } from './pairing.ts';

export type ActivationRoutes = Pick<Handlers, 'pair' | 'open' | 'lockDevice'>;

/** The key console's routes of opening and closing laptops. */
export function activationRoutes(deps: ActivationDeps): ActivationRoutes {
  return {
    pair: async ({ body }, caller) => {
      const answer = await pair(deps, body, caller);
      return answer.ok ? answer.result : new Refused(answer.refusal.reason, answer.refusal.retryAfter);
    },
    open: async ({ params, body }, caller) => {
      const answer = await openDevice(deps, { task: params.id, approval: body.approval }, caller);
      return answer.ok ? answer.result : new Refused(answer.refusal.reason, answer.refusal.retryAfter);
    },
    lockDevice: async ({ params }, caller) => {
      const answer = await lockDevice(deps, params.id, caller);
      return answer.ok ? answer.result : new Refused(answer.refusal.reason, answer.refusal.retryAfter);
    },
  };
}
