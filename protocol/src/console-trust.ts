import * as z from 'zod';
import { approval, approvedStatement } from './approvals.ts';
import {
  byId,
  everybody,
  invitation,
  invitationToken,
  manifestContents,
  nothing,
  proposal,
  webauthnJson,
} from './console-values.ts';
import { credential, person, role } from './people.ts';
import { base64url, identifier, instant, line } from './primitives.ts';
import { maxStatementBytes, namedSite } from './statements.ts';

/** The routes of trust: what is in force, what is proposed, and who is invited to make a passkey. Part of `consoleApi`. */
export const trustApi = {
  /** Approved manifests after a version, oldest first: the caller's page walks the chain itself. */
  trustChain: {
    method: 'GET',
    path: '/api/trust/manifests',
    access: everybody,
    query: z.strictObject({ after: z.coerce.number().pipe(z.int().min(0)) }),
    response: z.strictObject({ manifests: z.array(approvedStatement).max(100), more: z.boolean() }),
  },
  /**
   * The roster in force of one site, by the site's id; null while it has none. `lapsed`: the bytes of its newest one, when the
   * manifest no longer bears it out: what its managers write the next one from.
   */
  trustRoster: {
    method: 'GET',
    path: '/api/trust/rosters/:id',
    access: everybody,
    params: byId,
    response: z.strictObject({
      roster: approvedStatement.nullable(),
      lapsed: base64url(maxStatementBytes).optional(),
    }),
  },
  proposals: {
    method: 'GET',
    path: '/api/proposals',
    access: ['trustee', 'fleetOfficer', 'manager'],
    response: z.strictObject({ proposals: z.array(proposal).max(100) }),
  },
  proposeManifest: {
    method: 'POST',
    path: '/api/proposals/manifest',
    access: ['trustee'],
    stepUp: true,
    body: z.strictObject({ contents: manifestContents }),
    response: proposal,
  },
  /** The next roster of the calling manager's site. */
  proposeRoster: {
    method: 'POST',
    path: '/api/proposals/roster',
    access: ['manager'],
    stepUp: true,
    body: z.strictObject({ people: z.array(person).max(2000), notAfter: instant }),
    response: proposal,
  },
  /** Approves a manifest or roster; `proposal` null: that was the last approval and it is in force. */
  approveProposal: {
    method: 'POST',
    path: '/api/proposals/:id/approve',
    access: ['trustee', 'manager'],
    params: byId,
    body: z.strictObject({ approval }),
    response: z.strictObject({ proposal: proposal.nullable() }),
  },
  /** Ends a proposal of the caller's own quorum: a manifest, roster or order that shall not be. */
  withdrawProposal: {
    method: 'POST',
    path: '/api/proposals/:id/withdraw',
    access: ['trustee', 'fleetOfficer', 'manager'],
    params: byId,
    body: nothing,
    response: nothing,
  },
  /** A manager sees those of the site, a trustee those for the manifest. */
  invitations: {
    method: 'GET',
    path: '/api/invitations',
    access: ['trustee', 'manager'],
    response: z.strictObject({ invitations: z.array(invitation).max(500) }),
  },
  /** Managers invite to their own site's roster; trustees invite trustees, officers and managers. The link is answered once. */
  invite: {
    method: 'POST',
    path: '/api/invitations',
    access: ['trustee', 'manager'],
    stepUp: true,
    body: z.strictObject({
      name: line(80),
      role,
      /** The site a manager is for; null for the caller's own and for the fleet's roles. */
      site: identifier.nullable(),
      /** Somebody who is named already and needs a new passkey; null for a new person. */
      person: identifier.nullable(),
    }),
    response: z.strictObject({ link: z.string().max(500), invitation }),
  },
  cancelInvitation: {
    method: 'POST',
    path: '/api/invitations/:id/cancel',
    access: ['trustee', 'manager'],
    params: byId,
    body: nothing,
    response: nothing,
  },
  /** What the invited person sees. The token is the access. */
  invitationView: {
    method: 'POST',
    path: '/api/invitation/view',
    access: 'anyone',
    body: z.strictObject({ token: invitationToken }),
    response: z.strictObject({ name: line(80), role, site: namedSite.nullable(), expiresAt: instant }),
  },
  invitationRegistrationOptions: {
    method: 'POST',
    path: '/api/invitation/registration-options',
    access: 'anyone',
    body: z.strictObject({ token: invitationToken }),
    response: webauthnJson,
  },
  /** Uses the link up; answers the passkey whose code the person reads to whoever invited them. */
  invitationRegister: {
    method: 'POST',
    path: '/api/invitation/register',
    access: 'anyone',
    body: z.strictObject({ token: invitationToken, registration: webauthnJson }),
    response: z.strictObject({ passkey: credential }),
  },
} as const;
