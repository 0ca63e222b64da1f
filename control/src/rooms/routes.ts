import { Refused } from '../http/handlers.ts';
import type { Handlers } from '../http/handlers.ts';
import { draftJoin } from './join-draft.ts';
import type { JoinDraftDeps } from './join-draft.ts';

export type RoomRoutes = Pick<Handlers, 'draftJoin'>;

/** The clinic console's route to a room's door; the room itself is the socket at `roomSocketPath`. */
export function roomRoutes(deps: JoinDraftDeps): RoomRoutes {
  return {
    draftJoin: async ({ params, body }, caller) => {
      const answer = await draftJoin(deps, { appointment: params.id, mediaKey: body.mediaKey }, caller);
      return answer.ok ? answer.result : new Refused(answer.refusal.reason, answer.refusal.retryAfter);
    },
  };
}
