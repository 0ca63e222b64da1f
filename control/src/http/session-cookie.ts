import type { FastifyRequest } from 'fastify';

/** Session tokens: 32 random bytes in base64url. */
const tokenShape = /^[A-Za-z0-9_-]{43}$/;

/** Where a header can be set: Fastify's reply. */
interface HeaderReply {
  header(name: string, value: string): unknown;
}

/** A cookie of ours that carries a token, and nothing else: a session's, or a guest's. */
export interface SessionCookie {
  /** The token of a `Cookie` header, when it is shaped like one. */
  read(header: string | undefined): string | undefined;
  set(reply: HeaderReply, token: string): void;
  clear(reply: HeaderReply): void;
}

/**
 * Describes the cookie of a signed-in person's session.
 * @param secure whether the consoles are served over TLS; plain http exists on localhost only
 */
export function createSessionCookie(secure: boolean): SessionCookie {
  // SECURITY: `__Host-` binds the cookie to this exact host over TLS; browsers refuse the prefix on plain http (S15).
  return createCookie(secure ? '__Host-sallyport' : 'sallyport-local', '/', secure);
}

/**
 * Describes the cookie of the one browser that used a guest's link.
 * @param secure as for {@link createSessionCookie}
 */
export function createGuestCookie(secure: boolean): SessionCookie {
  // SECURITY: a cookie of its own: what reads the session's never sees it, and the other way round. `__Host-` takes no path (S38).
  return secure
    ? createCookie('__Host-sallyport-guest', '/', secure)
    : createCookie('sallyport-guest-local', '/api/guest', secure);
}

function createCookie(name: string, path: string, secure: boolean): SessionCookie {
  const attributes = `Path=${path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  return {
    read: (header) => valueOf(header, name),
    set: (reply, token) => void reply.header('set-cookie', `${name}=${token}; ${attributes}`),
    clear: (reply) => void reply.header('set-cookie', `${name}=; Max-Age=0; ${attributes}`),
  };
}

function valueOf(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((part) => part.trim().split('='))
    .filter(([key]) => key === name)
    .map(([, value]) => value ?? '');
  // SECURITY: two cookies of the name mean that somebody planted one: neither counts (S15).
  const [value] = values;
  return values.length === 1 && value !== undefined && tokenShape.test(value) ? value : undefined;
}

/** The session token a request brings. */
export function tokenOf(request: FastifyRequest, cookie: SessionCookie): string | undefined {
  return cookie.read(request.headers.cookie);
}
