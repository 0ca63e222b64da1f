import type { FastifyRequest } from 'fastify';
import { isIPv6 } from 'node:net';

/**
 * Where a request comes from, as limits and the record count it: the address of the connection; no proxy's header is
 * believed. Of IPv6 the first 64 bits, because whoever has one address of a network has all of them.
 */
export function sourceOf(request: Pick<FastifyRequest, 'socket'>): string {
  return sourceOfAddress(request.socket.remoteAddress ?? 'unknown');
}

/** The same of an address in text. */
export function sourceOfAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [bare = ''] = address.split('%', 1);
  return isIPv6(bare) ? `${groupsOf(bare).slice(0, 4).join(':')}::/64` : address;
}

/** The eight groups of an IPv6 address without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const written = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [written(head), written(tail ?? '')];
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  const zeros = Array.from({ length: Math.max(0, missing) }, () => '0');
  return [...before, ...zeros, ...after].map((group) => group.replace(/^0+(?=.)/, '').toLowerCase());
}
