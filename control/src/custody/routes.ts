import type { Handlers } from '../http/handlers.ts';
import { returnDevice, takeDevice, type CustodyDeps } from './taking.ts';

export type CustodyRoutes = Pick<Handlers, 'takeDevice' | 'returnDevice'>;

/** The key console's routes of where laptops are. */
export function custodyRoutes(deps: CustodyDeps): CustodyRoutes {
  return {
    takeDevice: ({ params, body }, { person }) => takeDevice(deps, params.id, body, person),
    returnDevice: ({ params }, { person }) => returnDevice(deps, params.id, person),
  };
}
