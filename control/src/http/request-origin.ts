import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request that changes something, or opens a socket, comes from a page of ours.
 * @param origin the consoles' origin
 */
export function isFromOwnPage(headers: IncomingHttpHeaders, origin: string): boolean {
  // SECURITY: browsers always send Origin here, so a missing one is refused as well (S15).
  return headers.origin === origin && isSameSiteFetch(headers, ['same-origin']);
}

/** Whether a reading request comes from a page of ours or was typed by the person. */
export function isOwnRead(headers: IncomingHttpHeaders, origin: string): boolean {
  if (headers.origin !== undefined && headers.origin !== origin) return false;
  return isSameSiteFetch(headers, ['same-origin', 'none']);
}

function isSameSiteFetch(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const site = headers['sec-fetch-site'];
  // Browsers without Fetch Metadata send none; Origin and SameSite=Strict still hold.
  return site === undefined || (typeof site === 'string' && allowed.includes(site));
}
