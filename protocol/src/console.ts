import * as z from 'zod';
import { approval } from './approvals.ts';
import {
  approvalTask,
  auditEntry,
  byId,
  consoleDevice,
  consoleOrder,
  everybody,
  nothing,
  setupToken,
  setupView,
  signedInPerson,
  webauthnJson,
} from './console-values.ts';
import { consultationApi } from './console-consultations.ts';
import { trustApi } from './console-trust.ts';
import { pairingCode } from './pairing.ts';
import type { Role } from './people.ts';
import { identifier, instant, line } from './primitives.ts';
import { orderKind } from './statements.ts';

/** Who may call a route: `anyone`, the holder of the `setup` token, or people with one of the roles. */
type Access = 'anyone' | 'setup' | readonly Role[];

interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  access: Access;
  /** The act needs a passkey gesture of at most five minutes ago; refused with `step-up-needed` otherwise. */
  stepUp?: true;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodObject;
  response: z.ZodType;
}

/**
 * The console API: control's routes and the consoles' client are both derived from this value. Requests that change
 * something carry the session's token in `x-csrf-token`. Refusals are `refusal` objects with a 4xx status.
 */
export const consoleApi = {
  // Signing in.
  session: {
    method: 'GET',
    path: '/api/session',
    access: 'anyone',
    response: z.strictObject({
      person: signedInPerson.nullable(),
      csrfToken: z.string().max(100).nullable(),
      approver: z.string().max(300),
      now: instant,
    }),
  },
  signInOptions: {
    method: 'POST',
    path: '/api/session/options',
    access: 'anyone',
    body: nothing,
    response: webauthnJson,
  },
  signIn: {
    method: 'POST',
    path: '/api/session',
    access: 'anyone',
    body: z.strictObject({ assertion: webauthnJson }),
    response: z.strictObject({ person: signedInPerson, csrfToken: z.string().max(100) }),
  },
  signOut: {
    method: 'DELETE',
    path: '/api/session',
    access: everybody,
    response: nothing,
  },
  stepUpOptions: {
    method: 'POST',
    path: '/api/session/step-up/options',
    access: everybody,
    body: nothing,
    response: webauthnJson,
  },
  /** A fresh gesture of the very person who is signed in. */
  stepUp: {
    method: 'POST',
    path: '/api/session/step-up',
    access: everybody,
    body: z.strictObject({ assertion: webauthnJson }),
    response: nothing,
  },

  ...trustApi,
  ...consultationApi,

  // Founding the fleet.
  setupView: {
    method: 'POST',
    path: '/api/setup/view',
    access: 'setup',
    body: z.strictObject({ token: setupToken }),
    response: setupView,
  },
  setupRegistrationOptions: {
    method: 'POST',
    path: '/api/setup/registration-options',
    access: 'setup',
    body: z.strictObject({ token: setupToken, person: identifier }),
    response: webauthnJson,
  },
  setupRegister: {
    method: 'POST',
    path: '/api/setup/register',
    access: 'setup',
    body: z.strictObject({ token: setupToken, person: identifier, registration: webauthnJson }),
    response: setupView,
  },
  setupApprove: {
    method: 'POST',
    path: '/api/setup/approve',
    access: 'setup',
    body: z.strictObject({ token: setupToken, document: identifier, approval }),
    response: setupView,
  },

  // Key console.
  siteDevices: {
    method: 'GET',
    path: '/api/site/devices',
    access: ['healthcare'],
    response: z.strictObject({ devices: z.array(consoleDevice).max(1000) }),
  },
  /** Compares the typed pairing code on the laptop itself; the answer is the grant to approve. */
  pair: {
    method: 'POST',
    path: '/api/activations',
    access: ['healthcare'],
    body: z.strictObject({ appointment: identifier, code: pairingCode }),
    response: approvalTask,
  },
  /** Sends the approved grant and the sealed server share to the laptop; answers when the laptop is open. */
  open: {
    method: 'POST',
    path: '/api/activations/:id/approve',
    access: ['healthcare'],
    params: byId,
    body: z.strictObject({ approval }),
    response: z.strictObject({ device: identifier, openUntil: instant }),
  },
  lockDevice: {
    method: 'POST',
    path: '/api/site/devices/:id/lock',
    access: ['healthcare'],
    params: byId,
    body: nothing,
    response: nothing,
  },
  // Fleet console.
  fleetDevices: {
    method: 'GET',
    path: '/api/fleet/devices',
    access: ['fleetOfficer'],
    response: z.strictObject({ devices: z.array(consoleDevice).max(5000) }),
  },
  fleetSites: {
    method: 'GET',
    path: '/api/fleet/sites',
    access: ['fleetOfficer'],
    response: z.strictObject({ sites: z.array(z.strictObject({ id: identifier, name: line(80) })).max(500) }),
  },
  /** The ticket is answered once and kept only as a digest. */
  createTicket: {
    method: 'POST',
    path: '/api/fleet/tickets',
    access: ['fleetOfficer'],
    stepUp: true,
    body: z.strictObject({ name: line(40), site: identifier }),
    response: z.strictObject({ ticket: z.string().max(500), expiresAt: instant }),
  },
  /** The answer is the task to approve; until everybody needed has, it stands among the proposals. */
  draftOrder: {
    method: 'POST',
    path: '/api/fleet/orders',
    access: ['fleetOfficer'],
    body: z.strictObject({ order: orderKind, devices: z.array(identifier).min(1).max(50), reason: line(200) }),
    response: approvalTask,
  },
  /** `order` null: another person must approve as well. */
  approveOrder: {
    method: 'POST',
    path: '/api/fleet/orders/:id/approve',
    access: ['fleetOfficer'],
    params: byId,
    body: z.strictObject({ approval }),
    response: z.strictObject({ orders: z.array(consoleOrder).max(50) }),
  },
  fleetOrders: {
    method: 'GET',
    path: '/api/fleet/orders',
    access: ['fleetOfficer'],
    response: z.strictObject({ orders: z.array(consoleOrder).max(500) }),
  },
  audit: {
    method: 'GET',
    path: '/api/fleet/audit',
    access: ['fleetOfficer', 'trustee'],
    query: z.strictObject({ before: z.coerce.number().pipe(z.int().min(1)).optional() }),
    response: z.strictObject({ entries: z.array(auditEntry).max(100) }),
  },
} as const satisfies Record<string, Route>;

export type ConsoleRoute = keyof typeof consoleApi;
type Part<N extends ConsoleRoute, K extends 'params' | 'query' | 'body'> = (typeof consoleApi)[N] extends {
  [P in K]: infer S extends z.ZodType;
}
  ? S
  : never;
/** What a caller of a route sends: its path params, query and body, merged under their names. */
export type ConsoleInput<N extends ConsoleRoute> = {
  [K in 'params' | 'query' | 'body' as [Part<N, K>] extends [never] ? never : K]: z.input<Part<N, K>>;
};
/** What a handler of a route receives, parsed. */
export type ConsoleParsed<N extends ConsoleRoute> = {
  [K in 'params' | 'query' | 'body' as [Part<N, K>] extends [never] ? never : K]: z.output<Part<N, K>>;
};
export type ConsoleAnswer<N extends ConsoleRoute> = z.infer<(typeof consoleApi)[N]['response']>;

/** The WebSocket of a signed-in consultant's room: `frame`s with `roomRequests` and `roomNotifications`. */
export const roomSocketPath = '/api/room';

/** Server-sent events at `changesPath`: which lists a signed-in person's console should read again. */
export const changesPath = '/api/changes';
export const change = z.strictObject({ topic: z.enum(['devices', 'appointments', 'orders', 'audit', 'trust']) });
export type Change = z.infer<typeof change>;
