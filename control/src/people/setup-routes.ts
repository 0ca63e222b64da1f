import { Refused, type Handlers } from '../http/handlers.ts';
import type { Setup } from './setup.ts';

type SetupRoute = 'setupView' | 'setupRegistrationOptions' | 'setupRegister' | 'setupApprove';

/** The routes of the founding ceremony; the HTTP layer has checked the set-up token. */
export function setupRoutes(setup: Setup): Pick<Handlers, SetupRoute> {
  return {
    setupView: () => setup.view(),
    setupRegistrationOptions: async ({ body }) => {
      const options = await setup.registrationOptions(body.person);
      return typeof options === 'string' ? new Refused(options) : { ...options };
    },
    setupRegister: async ({ body }) => {
      const outcome = await setup.register(body.person, body.registration);
      return outcome.ok ? setup.view() : new Refused(outcome.reason);
    },
    setupApprove: async ({ body }) => {
      const outcome = await setup.approve(body.document, body.approval);
      return outcome.ok ? setup.view() : new Refused(outcome.reason);
    },
  };
}
