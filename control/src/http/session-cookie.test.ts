import { expect, test } from 'vitest';
import { securityHeaders } from './security-headers.ts';
import { createGuestCookie, createSessionCookie } from './session-cookie.ts';
import type { SessionCookie } from './session-cookie.ts';

const token = 'a'.repeat(43);
const setHeader = (secure: boolean, create: (secure: boolean) => SessionCookie = createSessionCookie): unknown => {
  const headers = new Map<string, unknown>();
  const reply = { header: (name: string, value: unknown) => headers.set(name, value) };
  create(secure).set(reply, token);
  return headers.get('set-cookie');
};

test('S15 over TLS the cookie belongs to this host alone', () => {
  expect(setHeader(true)).toBe(`__Host-sallyport=${token}; Path=/; HttpOnly; SameSite=Strict; Secure`);
});

test('over plain http on localhost it has another name, which TLS never reads', () => {
  expect(setHeader(false)).toBe(`sallyport-local=${token}; Path=/; HttpOnly; SameSite=Strict`);
  expect(createSessionCookie(true).read(`sallyport-local=${token}`)).toBeUndefined();
});

test('a guest’s cookie is another one, and neither is read as the other (S38)', () => {
  expect(setHeader(true, createGuestCookie)).toBe(
    `__Host-sallyport-guest=${token}; Path=/; HttpOnly; SameSite=Strict; Secure`,
  );
  expect(setHeader(false, createGuestCookie)).toBe(
    `sallyport-guest-local=${token}; Path=/api/guest; HttpOnly; SameSite=Strict`,
  );
  for (const secure of [true, false]) {
    const [ofSession, ofGuest] = [String(setHeader(secure)), String(setHeader(secure, createGuestCookie))];
    expect(createSessionCookie(secure).read(ofGuest)).toBeUndefined();
    expect(createGuestCookie(secure).read(ofSession)).toBeUndefined();
    expect(createGuestCookie(secure).read(ofGuest)).toBe(token);
  }
});

test.each([
  ['', undefined],
  [`other=1; __Host-sallyport=${token}`, token],
  [`__Host-sallyport=${token}; __Host-sallyport=${token}`, undefined],
  ['__Host-sallyport=short', undefined],
  [`__Host-sallyport=${token}!`, undefined],
])('%j is read as %j', (header, expected) => {
  expect(createSessionCookie(true).read(header)).toBe(expected);
});

test('a guest’s page may use camera and microphone, and show no screen (S38)', () => {
  const allowed = (path: string): string =>
    securityHeaders(path, 'https://control.example')['permissions-policy'] ?? '';
  expect(allowed('/guest/')).toContain('camera=(self), microphone=(self), display-capture=()');
  expect(allowed('/clinic/')).toContain('camera=(self), microphone=(self), display-capture=(self)');
  expect(allowed('/key/')).toContain('camera=(), microphone=(), display-capture=()');
  expect(allowed('/guesthouse/')).toContain('camera=()');
});

test('TLS is remembered by browsers, and sockets of the pages are TLS too', () => {
  const headers = securityHeaders('/key/', 'https://control.example');
  expect(headers['strict-transport-security']).toContain('max-age=63072000');
  expect(headers['content-security-policy']).toContain("connect-src 'self' wss://control.example;");
  expect(securityHeaders('/key/', 'http://localhost:1')['strict-transport-security']).toBeUndefined();
});
