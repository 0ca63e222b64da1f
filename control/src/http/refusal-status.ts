import type { RequestRefusal } from '@sallyport/protocol';

/** The status with which a refusal travels; every other reason is 409: the request was fine, the moment is not. */
const statuses: Partial<Record<RequestRefusal, number>> = {
  malformed: 400,
  'wrong-type': 400,
  'not-signed-in': 401,
  'not-allowed': 403,
  'step-up-needed': 403,
  'authenticator-not-allowed': 403,
  'wrong-site': 403,
  'not-found': 404,
  'unknown-method': 404,
  'too-large': 413,
  'too-many': 429,
  'locked-out': 429,
  'timed-out': 408,
};

/** The HTTP status of a refusal: always 4xx, except 500 for the one reason that is our own fault. */
export function statusOf(reason: RequestRefusal): number {
  return reason === 'failed' ? 500 : (statuses[reason] ?? 409);
}
