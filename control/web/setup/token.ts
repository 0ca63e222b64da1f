/**
 * Takes the founding token from the address's fragment and removes it from the address bar.
 * @returns the token (32 bytes, base64url), or undefined when the address carries none
 */
export function takeToken(
  location: Pick<Location, 'hash' | 'pathname'>,
  history: Pick<History, 'replaceState'>,
): string | undefined {
  const token = location.hash.slice(1);
  // SECURITY: a token in the address bar ends up in screenshots, history and bookmarks (S19).
  if (token !== '') history.replaceState(null, '', location.pathname);
  return /^[A-Za-z0-9_-]{43}$/.test(token) ? token : undefined;
}
