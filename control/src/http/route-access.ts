import { timingSafeEqual } from 'node:crypto';
import type { Refusal, Role } from '@sallyport/protocol';
import type { FastifyRequest } from 'fastify';
import { isFromOwnPage, isOwnRead } from './request-origin.ts';
import type { Session } from './sessions.ts';

/** What the contract says of a route's access. */
export interface AccessRule {
  method: 'GET' | 'POST' | 'DELETE';
  access: 'anyone' | 'setup' | readonly Role[];
  stepUp?: true;
}

/** Whether a request comes from a page of ours. @param origin the consoles' origin */
export function isOurs({ method }: AccessRule, { headers }: FastifyRequest, origin: string): boolean {
  return method === 'GET' ? isOwnRead(headers, origin) : isFromOwnPage(headers, origin);
}

/** SECURITY: deny by default: a route is served only where its access rule says so, in so many words (S15). */
export async function refusalOfAccess(
  rule: AccessRule,
  request: FastifyRequest,
  session: Session | undefined,
  isSetupToken: (token: string) => Promise<boolean>,
): Promise<Refusal['reason'] | undefined> {
  if (rule.access === 'anyone') return undefined;
  if (rule.access !== 'setup') return refusalOfCaller(rule, rule.access, request, session);
  const token = setupTokenOf(request.body);
  return token !== undefined && (await isSetupToken(token)) ? undefined : 'not-allowed';
}

function refusalOfCaller(
  { method, stepUp }: AccessRule,
  roles: readonly Role[],
  { headers }: FastifyRequest,
  session: Session | undefined,
): Refusal['reason'] | undefined {
  if (session === undefined) return 'not-signed-in';
  if (!roles.includes(session.caller.person.role)) return 'not-allowed';
  if (method !== 'GET' && !isSameText(headers['x-csrf-token'], session.csrfToken)) return 'not-allowed';
  // SECURITY: who changes who may do what has just shown themselves; an unattended console is not enough (S28).
  return stepUp === true && !session.recentGesture ? 'step-up-needed' : undefined;
}

function setupTokenOf(body: unknown): string | undefined {
  const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
  return typeof token === 'string' && token.length <= 100 ? token : undefined;
}

function isSameText(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
