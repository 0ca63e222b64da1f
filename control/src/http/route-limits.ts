import { maxStatementBytes, type ConsoleRoute } from '@sallyport/protocol';

/** Requests one source may make in a minute. A prison's or hospital's people often share one. */
const ordinary = 600;
const perRoute: Partial<Record<ConsoleRoute, number>> = {
  signInOptions: 60,
  signIn: 60,
  stepUpOptions: 30,
  stepUp: 30,
  invite: 60,
  invitationView: 30,
  invitationRegistrationOptions: 30,
  invitationRegister: 30,
  proposeManifest: 30,
  proposeRoster: 30,
  setupView: 240,
  setupRegistrationOptions: 120,
  setupRegister: 120,
  setupApprove: 120,
  pair: 60,
  createTicket: 60,
  draftOrder: 60,
  inviteGuest: 60,
  enterAsGuest: 30,
};

/** The most requests a minute that one source may make of a route. */
export function requestsPerMinute(route: ConsoleRoute): number {
  return perRoute[route] ?? ordinary;
}

/** The most requests a minute that one source may make of pages, probes and the list of changes. */
export const otherRequestsPerMinute = 1200;

/** The longest request body of most routes: a founding approval or an order, far below a statement's size. Bytes. */
export const maxBodyBytes = 64 * 1024;

/** What may be as long as the statement it becomes: a manifest of every site, a roster of a whole prison. */
const longBodies: readonly ConsoleRoute[] = ['proposeManifest', 'proposeRoster'];

/** The longest request body of a route, bytes. */
export function maxBodyBytesOf(route: ConsoleRoute): number {
  return longBodies.includes(route) ? maxStatementBytes : maxBodyBytes;
}
