import { Agent, request } from 'node:https';
import { checkServerIdentity } from 'node:tls';
import { controlServerName, parseJson } from '@sallyport/protocol';

/** Which certificate authority to trust: the one pinned (PEM), or none yet when the anchor is still to be compared. */
export type ControlTrust = { readonly caCertificate: string } | 'not-yet';

/** One request to control's enrolment port. */
export interface ControlHttpRequest {
  /** host:port. */
  readonly address: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly trust: ControlTrust;
  readonly body?: unknown;
}

/** What came back: status and JSON still unknown to every schema, or nothing usable. */
export type ControlHttpAnswer =
  | { readonly outcome: 'answered'; readonly status: number; readonly value: unknown }
  | { readonly outcome: 'malformed' }
  | { readonly outcome: 'not-reachable' };

/** Longest an exchange may take, ms. */
const deadline = 15_000;
/** Longest answer, characters: a manifest and a roster of the largest size, in base64. */
const answerLimit = 4 * 1024 * 1024;

/**
 * Makes one bounded HTTPS exchange with control's enrolment port, on a connection of its own over TLS 1.3.
 * @returns what came back; never throws for what the network does
 */
export function exchangeWithControl(options: ControlHttpRequest): Promise<ControlHttpAnswer> {
  const target = hostAndPort(options.address);
  if (target === undefined) return Promise.resolve({ outcome: 'not-reachable' });
  return new Promise((resolve) => {
    const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
    const finish = (answer: ControlHttpAnswer): void => {
      clearTimeout(timer);
      agent.destroy();
      resolve(answer);
    };
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const outgoing = request({ ...target, ...tlsOptions(options.trust), agent, ...httpOptions(options, body) });
    const timer = setTimeout(() => outgoing.destroy(new Error('deadline')), deadline);
    outgoing.once('error', () => finish({ outcome: 'not-reachable' }));
    outgoing.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > answerLimit) outgoing.destroy(new Error('too large'));
      });
      response.once('error', () => finish({ outcome: 'not-reachable' }));
      response.once('end', () => finish(answerOf(response.statusCode ?? 0, text)));
    });
    outgoing.end(body);
  });
}

function answerOf(status: number, text: string): ControlHttpAnswer {
  if (text === '') return { outcome: 'answered', status, value: undefined };
  const parsed = parseJson(text, answerLimit);
  return parsed === undefined ? { outcome: 'malformed' } : { outcome: 'answered', status, value: parsed.value };
}

function httpOptions({ method, path }: ControlHttpRequest, body: string | undefined): object {
  const headers = { host: controlServerName, accept: 'application/json' };
  if (body === undefined) return { method, path, headers };
  return {
    method,
    path,
    headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  };
}

/** SECURITY: TLS 1.3 only; the pinned authority and server name, and nothing the system trusts (S14). */
function tlsOptions(trust: ControlTrust): object {
  const common = { minVersion: 'TLSv1.3', servername: controlServerName } as const;
  // SECURITY: what comes over this connection counts for nothing until it matches the ticket's anchor (S14).
  if (trust === 'not-yet') return { ...common, rejectUnauthorized: false };
  const pinnedName: typeof checkServerIdentity = (_host, certificate) =>
    checkServerIdentity(controlServerName, certificate);
  return { ...common, ca: trust.caCertificate, rejectUnauthorized: true, checkServerIdentity: pinnedName };
}

/** Splits host:port, with IPv6 in brackets; undefined when it is neither. */
export function hostAndPort(address: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-f:]{2,45})\]|([a-z0-9.-]{1,253})):(\d{1,5})$/i.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
