import { checkServerIdentity, connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { controlServerName } from '@sallyport/protocol';
import { WebSocket } from 'ws';

/** Where control is and with which identity to go there. */
export interface LinkIdentity {
  /** host:port of the device link. */
  readonly address: string;
  /** The only certificate authority trusted, PEM. */
  readonly caCertificate: string;
  /** The device's certificate, PEM, and its key, PKCS #8, PEM. */
  readonly certificate: string;
  readonly signingKey: string;
}

const handshakeTimeout = 10_000;
/** Largest message, bytes: the longest frame of the contract, should half of it not be ASCII. */
const maxPayload = 4 * 1024 * 1024;

/**
 * Opens the one socket to control: a WebSocket (RFC 6455) over TLS 1.3 with both sides authenticated.
 * @returns the socket, still connecting
 * @throws SyntaxError when the address is none
 */
export function openSocket(identity: LinkIdentity): WebSocket {
  return new WebSocket(`wss://${identity.address}/`, {
    createConnection: () => secureConnection(identity),
    handshakeTimeout,
    followRedirects: false,
    // SECURITY: bounds before parsing: no compression, few fragments, small frames (S23).
    perMessageDeflate: false,
    maxPayload,
    maxFragments: 16,
    maxBufferedChunks: 1024,
  });
}

function secureConnection({ address, caCertificate, certificate, signingKey }: LinkIdentity): TLSSocket {
  const { hostname, port } = new URL(`wss://${address}/`);
  return connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 443 : Number(port),
    // SECURITY: control is the pinned authority's certificate for the pinned name over TLS 1.3, whatever the system or
    // the network says (S14).
    ca: caCertificate,
    servername: controlServerName,
    checkServerIdentity: (_host, presented) => checkServerIdentity(controlServerName, presented),
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    cert: certificate,
    key: signingKey,
    ALPNProtocols: ['http/1.1'],
  });
}
