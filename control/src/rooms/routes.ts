import { Refused } from '../http/handlers.ts';
import type { Handlers } from '../http/handlers.ts';
import type { Answer } from '../ports.ts';
import { showDebriefCode } from './debrief-code.ts';
import { draftJoin } from './join-draft.ts';
import type { JoinDraftDeps } from './join-draft.ts';

export type RoomRoutes = Pick<Handlers, 'draftJoin' | 'debriefCode'>;

/**
 * The consoles' routes beside a room, which itself is the socket at `roomSocketPath`: the consultant's way in, and the code
 * that staff type on their laptop in the debrief.
 */
export function roomRoutes(deps: JoinDraftDeps): RoomRoutes {
  return {
    draftJoin: async ({ params, body }, caller) =>
      answered(await draftJoin(deps, { appointment: params.id, mediaKey: body.mediaKey }, caller)),
    debriefCode: async ({ params }, caller) => answered(await showDebriefCode(deps, params.id, caller)),
  };
}

function answered<T>(answer: Answer<T>): T | Refused {
  return answer.ok ? answer.result : new Refused(answer.refusal.reason, answer.refusal.retryAfter);
}
