import { Refused, type Handlers } from '../http/handlers.ts';
import { cancelInvitation, invite, listInvitations, type InvitationDeps } from './invitations.ts';
import { invitedOptions, registerInvited, viewInvitation, type InvitedDeps } from './invited-registration.ts';

type InvitationRoute =
  | 'invitations'
  | 'invite'
  | 'cancelInvitation'
  | 'invitationView'
  | 'invitationRegistrationOptions'
  | 'invitationRegister';
export type InvitationRoutes = Pick<Handlers, InvitationRoute>;

/** The routes of inviting people to make a passkey, and of the people who are invited. */
export function invitationRoutes(deps: InvitationDeps & InvitedDeps): InvitationRoutes {
  return {
    invitations: async (_input, caller) => ({ invitations: await listInvitations(deps, caller) }),
    invite: async ({ body }, caller) => {
      const answer = await invite(deps, body, caller);
      return answer.ok ? answer.result : new Refused(answer.refusal.reason);
    },
    cancelInvitation: async ({ params }, caller) =>
      (await cancelInvitation(deps, params.id, caller)) ? {} : new Refused('not-found'),
    invitationView: async ({ body }) => (await viewInvitation(deps, body.token)) ?? new Refused('not-found'),
    invitationRegistrationOptions: async ({ body }) =>
      (await invitedOptions(deps, body.token)) ?? new Refused('not-found'),
    invitationRegister: async ({ body }) => {
      const answer = await registerInvited(deps, body.token, body.registration);
      return answer.ok ? answer.result : new Refused(answer.refusal.reason);
    },
  };
}
