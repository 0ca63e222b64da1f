import { Refused, type Handlers } from '../http/handlers.ts';
import type { Answer } from '../ports.ts';
import { admitGuest, draftGuestJoin } from './admitting.ts';
import { enterAsGuest } from './entering.ts';
import type { GuestDeps } from './guest-deps.ts';
import { leavePlace, manifestsForGuest, rosterForGuest, viewPlace } from './guest-place.ts';
import { inviteGuest } from './inviting.ts';

type GuestRoute =
  | 'inviteGuest'
  | 'draftGuestJoin'
  | 'admitGuest'
  | 'enterAsGuest'
  | 'guestView'
  | 'guestTrustChain'
  | 'guestTrustRoster'
  | 'leaveAsGuest';
export type GuestRoutes = Pick<Handlers, GuestRoute>;

/** The routes of guests: of whoever invites and admits them, and of their own page. */
export function guestRoutes(deps: GuestDeps): GuestRoutes {
  return {
    inviteGuest: async ({ params }, caller) => answered(await inviteGuest(deps, named(params), caller)),
    draftGuestJoin: async ({ params }, caller) => answered(await draftGuestJoin(deps, named(params), caller)),
    admitGuest: async ({ params, body }, caller) =>
      answered(await admitGuest(deps, { ...named(params), join: body.join }, caller)),
    enterAsGuest: async ({ body }, { guest }) => {
      const entered = await enterAsGuest(deps, body);
      if (!entered.ok) return Refused.as(entered.refusal);
      guest.begin(entered.result.browser);
      return entered.result.view;
    },
    guestView: async (_input, { guest }) => answered(await viewPlace(deps, guest.token)),
    guestTrustChain: async ({ query }, { guest }) => answered(await manifestsForGuest(deps, guest.token, query.after)),
    guestTrustRoster: async ({ params }, { guest }) => answered(await rosterForGuest(deps, guest.token, params.id)),
    leaveAsGuest: async (_input, { guest }) => {
      await leavePlace(deps, guest.token);
      guest.end();
      return {};
    },
  };
}

function named({ id, guest }: { id: string; guest: string }): { appointment: string; guest: string } {
  return { appointment: id, guest };
}

function answered<T>(answer: Answer<T>): T | Refused {
  return answer.ok ? answer.result : Refused.as(answer.refusal);
}
