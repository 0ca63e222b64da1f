/** The parts of the site, each with what its pages may do. */
type Area = 'clinic' | 'guest' | 'console' | 'api';

function areaOf(path: string): Area {
  if (/^\/(?:api|fhir)\//.test(path) || path === '/metrics' || path === '/healthz' || path === '/readyz') return 'api';
  const withMedia = (['clinic', 'guest'] as const).find((area) => path === `/${area}` || path.startsWith(`/${area}/`));
  return withMedia ?? 'console';
}

/** Browser features nobody here needs, and those that the pages of rooms do: a guest shows no screen. */
const neverAllowed = ['geolocation', 'usb', 'serial', 'hid', 'midi', 'payment', 'clipboard-read'];
const roomFeatures: Readonly<Record<string, readonly Area[]>> = {
  camera: ['clinic', 'guest'],
  microphone: ['clinic', 'guest'],
  'display-capture': ['clinic'],
};

/**
 * The security headers of one answer.
 * @param path the request's path without query
 * @param origin the consoles' public origin
 * @returns header names in lower case
 */
export function securityHeaders(path: string, origin: string): Record<string, string> {
  const area = areaOf(path);
  const secure = origin.startsWith('https:');
  return {
    'content-security-policy': area === 'api' ? apiPolicy : pagePolicy(origin),
    'permissions-policy': permissionsPolicy(area),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    // The approver is a window this page opens and listens to; nobody who opens this page keeps a handle on it.
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    ...(area === 'api' ? { 'cache-control': 'no-store' } : {}),
    ...(secure ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
  };
}

const apiPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** SECURITY: no inline script or style, nothing from elsewhere, no frames, no forms (S22). */
function pagePolicy(origin: string): string {
  const socket = origin.replace(/^http/, 'ws');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self' blob:",
    `connect-src 'self' ${socket}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function permissionsPolicy(area: Area): string {
  const ofRooms = Object.entries(roomFeatures).map(
    ([feature, areas]) => `${feature}=${areas.includes(area) ? '(self)' : '()'}`,
  );
  return [...ofRooms, ...neverAllowed.map((feature) => `${feature}=()`)].join(', ');
}
