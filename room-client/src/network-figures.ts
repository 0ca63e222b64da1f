import type { NetworkFigures } from '@sallyport/protocol';
import { entriesOf, largest, sum, type Entry } from './room-stats.ts';

/** What has gone one way so far. */
interface Traffic {
  packets: number;
  packetsLost: number;
  /** On the line, with what every packet needs around its contents. */
  bytes: number;
}

/** What the browser has counted at one moment. */
export interface NetworkCounts {
  /** Milliseconds on a clock that never goes back. */
  at: number;
  sent: Traffic;
  received: Traffic;
  /** Of what came back, milliseconds, as RFC 3550 smooths it. */
  jitter: number;
  /** To the media server and back, milliseconds; null before it is known. */
  roundTrip: number | null;
}

/** What a packet needs on the line besides its RTP: IPv4 (20), UDP (8) and SRTP's authentication tag (10), bytes. */
const packetOverhead = 38;

/**
 * Reads what the browser counts (W3C webrtc-stats).
 * @param at milliseconds on a clock that never goes back
 * @param reports of everything that sends, of everything that receives, and the round trip, milliseconds
 */
export function countsOf(
  at: number,
  reports: { sent: RTCStatsReport[]; received: RTCStatsReport[]; roundTrip: number | null },
): NetworkCounts {
  const sent = reports.sent.flatMap(entriesOf);
  const received = reports.received.flatMap(entriesOf);
  const [out, back] = [ofType(sent, 'outbound-rtp'), ofType(received, 'inbound-rtp')];
  return {
    at,
    sent: trafficOf(out, 'Sent', ofType(sent, 'remote-inbound-rtp')),
    received: trafficOf(back, 'Received', back),
    jitter: largest(back, 'jitter') * 1000,
    roundTrip: reports.roundTrip,
  };
}

/**
 * What a network carried between two moments.
 * @returns null when nothing came back, or it is not known how long that took
 */
export function figuresBetween(before: NetworkCounts, after: NetworkCounts): NetworkFigures | null {
  const seconds = (after.at - before.at) / 1000;
  const [up, down] = [difference(before.sent, after.sent), difference(before.received, after.received)];
  if (seconds <= 0 || down.packets <= 0 || after.roundTrip === null) return null;
  const lossUp = share(up.packetsLost, up.packets);
  const lossRound = share(down.packetsLost, down.packets + down.packetsLost);
  return {
    lossUp,
    // What was lost on the way up is missing on the way down as well: it is counted there, once.
    lossDown: clamp(1 - (1 - lossRound) / Math.max(1 - lossUp, Number.EPSILON), 1),
    jitter: clamp(after.jitter, 60_000),
    roundTrip: clamp(after.roundTrip, 60_000),
    bitrateUp: clamp((up.bytes * 8) / seconds, 1e9),
    bitrateDown: clamp((down.bytes * 8) / seconds, 1e9),
  };
}

function trafficOf(streams: Entry[], way: 'Sent' | 'Received', losses: Entry[]): Traffic {
  const packets = sum(streams, `packets${way}`);
  const contents = sum(streams, `bytes${way}`) + sum(streams, `headerBytes${way}`);
  return { packets, packetsLost: sum(losses, 'packetsLost'), bytes: contents + packets * packetOverhead };
}

function ofType(entries: Entry[], type: string): Entry[] {
  return entries.filter((entry) => entry.get('type') === type);
}

function difference(before: Traffic, after: Traffic): Traffic {
  return {
    packets: after.packets - before.packets,
    packetsLost: Math.max(0, after.packetsLost - before.packetsLost),
    bytes: after.bytes - before.bytes,
  };
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : clamp(part / whole, 1);
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
