import { extname, join, sep } from 'node:path';

/** The scheme and host of the page: a standard, secure origin that no network serves. */
export const scheme = 'sallyport';
export const pageOrigin = `${scheme}://app`;
export const pageUrl = `${pageOrigin}/`;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
};

// SECURITY: the page runs its own files only and has no network; `sandbox` takes away print, alert, popups, downloads and
// form posts, which the other directives do not (S12).
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob: mediastream:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  'sandbox allow-scripts allow-same-origin',
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'permissions-policy':
    'camera=(self), microphone=(self), display-capture=(), geolocation=(), usb=(), serial=(), hid=()',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** What is asked of the scheme. */
export interface PageRequest {
  readonly method: string;
  readonly url: string;
}

/**
 * Serves the page's own files and nothing else.
 * @param folder absolute path of the built page
 * @param read reads a file; undefined when there is none
 */
export function pageServer(
  folder: string,
  read: (path: string) => Promise<Uint8Array | undefined>,
): (request: PageRequest) => Promise<Response> {
  return async ({ method, url }) => {
    const path = method === 'GET' ? filePath(folder, url) : undefined;
    const type = path && types[extname(path)];
    const content = path && type ? await read(path) : undefined;
    if (content === undefined || type === undefined || type === '') return new Response(null, { status: 404, headers });
    return new Response(Uint8Array.from(content), { status: 200, headers: { ...headers, 'content-type': type } });
  };
}

/** SECURITY: a file below the folder, named plainly; no encoded, relative or hidden part leads out of it (S12). */
function filePath(folder: string, url: string): string | undefined {
  const match = new RegExp(`^${scheme}://app(/[A-Za-z0-9_./-]*)(?:[?#].*)?$`).exec(url);
  const name = match?.[1] === '/' ? '/index.html' : match?.[1];
  if (name === undefined || name.split('/').some((part) => part.startsWith('.'))) return undefined;
  const path = join(folder, ...name.split('/'));
  return path.startsWith(folder + sep) ? path : undefined;
}

/** Says whether a URL is one of the page's own. */
export function isPageUrl(url: string): boolean {
  return url === pageOrigin || url.startsWith(pageUrl);
}
