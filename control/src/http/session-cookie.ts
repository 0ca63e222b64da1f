import type { FastifyRequest } from 'fastify';

/** Session tokens: 32 random bytes in base64url. */
const tokenShape = /^[A-Za-z0-9_-]{43}$/;

/** Where a header can be set: Fastify's reply. */
interface HeaderReply {
  header(name: string, value: string): unknown;
}

/** The browser's cookie that carries a session's token, and nothing else. */
export interface SessionCookie {
  /** The token of a `Cookie` header, when it is shaped like one. */
  read(header: string | undefined): string | undefined;
  set(reply: HeaderReply, token: string): void;
  clear(reply: HeaderReply): void;
}

/**
 * Describes the cookie.
 * @param secure whether the consoles are served over TLS; plain http exists on localhost only
 */
export function createSessionCookie(secure: boolean): SessionCookie {
  // SECURITY: `__Host-` binds the cookie to this exact host over TLS; browsers refuse the prefix on plain http (S15).
  const name = secure ? '__Host-sallyport' : 'sallyport-local';
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
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
