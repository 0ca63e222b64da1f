import type { ConsoleRoute } from '@sallyport/protocol';

/** Requests one address may make in a minute. A prison's or hospital's people often share one. */
const ordinary = 600;
const perRoute: Partial<Record<ConsoleRoute, number>> = {
  signInOptions: 60,
  signIn: 60,
  setupView: 240,
  setupRegistrationOptions: 120,
  setupRegister: 120,
  setupApprove: 120,
  pair: 60,
  createTicket: 60,
  draftOrder: 60,
};

/** The most requests a minute that one address may make of a route. */
export function requestsPerMinute(route: ConsoleRoute): number {
  return perRoute[route] ?? ordinary;
}

/** The most requests a minute that one address may make of pages, probes and the list of changes. */
export const otherRequestsPerMinute = 1200;

/** The longest request body: a founding approval or an order, far below a statement's size. Bytes. */
export const maxBodyBytes = 64 * 1024;
