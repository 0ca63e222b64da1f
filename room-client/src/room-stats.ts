import type { MediaSource } from '@sallyport/protocol';

/** One track that is sent or received. Counts are since it began. */
export interface TrackStats {
  participant: string | null;
  source: MediaSource;
  packets: number;
  packetsLost: number;
  bytes: number;
  /** Decoded when received, encoded when sent; 0 for sound. */
  frames: number;
  frameWidth: number;
  frameHeight: number;
  /** Sum of squared levels over time (W3C webrtc-stats, totalAudioEnergy); 0 for pictures and sent tracks. */
  audioEnergy: number;
}

/** How a room's media does, as counted by the browser. */
export interface RoomStats {
  received: TrackStats[];
  sent: TrackStats[];
  /** Over everything received. */
  decodedFrames: number;
  audioPackets: number;
  audioEnergy: number;
  /** Lost packets over expected ones, 0 to 1. */
  lossRatio: number;
  /** To the media server and back, milliseconds; null before it is known. */
  roundTripMs: number | null;
}

/** One entry of a report, its members by name. */
export type Entry = ReadonlyMap<string, unknown>;

/** Reads the members of a report's entries, which the DOM's types leave open. */
export function entriesOf(report: RTCStatsReport): Entry[] {
  const entries: Entry[] = [];
  report.forEach((value: unknown) => {
    if (typeof value === 'object' && value !== null) entries.push(new Map(Object.entries(value)));
  });
  return entries;
}

/** A member over all entries; those without it count for nothing. */
export function sum(entries: Entry[], member: string): number {
  return entries.reduce((total, entry) => total + numberOf(entry, member), 0);
}

/** The largest of a member, 0 when no entry has it. */
export function largest(entries: Entry[], member: string): number {
  return entries.reduce((most, entry) => Math.max(most, numberOf(entry, member)), 0);
}

function numberOf(entry: Entry, member: string): number {
  const value = entry.get(member);
  return typeof value === 'number' ? value : 0;
}

/** Summarises what a receiver counted. */
export function receivedStats(participant: string, source: MediaSource, report: RTCStatsReport): TrackStats {
  const streams = entriesOf(report).filter((entry) => entry.get('type') === 'inbound-rtp');
  return {
    ...{ participant, source, ...frameSize(streams) },
    packets: sum(streams, 'packetsReceived'),
    packetsLost: sum(streams, 'packetsLost'),
    bytes: sum(streams, 'bytesReceived'),
    frames: sum(streams, 'framesDecoded'),
    audioEnergy: sum(streams, 'totalAudioEnergy'),
  };
}

/** Summarises what a sender counted, over all its layers; losses as the media server reported them. */
export function sentStats(source: MediaSource, report: RTCStatsReport): TrackStats {
  const entries = entriesOf(report);
  const streams = entries.filter((entry) => entry.get('type') === 'outbound-rtp');
  const remote = entries.filter((entry) => entry.get('type') === 'remote-inbound-rtp');
  return {
    ...{ participant: null, source, ...frameSize(streams) },
    packets: sum(streams, 'packetsSent'),
    packetsLost: sum(remote, 'packetsLost'),
    bytes: sum(streams, 'bytesSent'),
    frames: largest(streams, 'framesEncoded'),
    audioEnergy: 0,
  };
}

/** The round trip of the connection in use, milliseconds, from one transport's report. */
export function roundTripMs(report: RTCStatsReport): number | null {
  const pair = entriesOf(report).find(
    (entry) => entry.get('type') === 'candidate-pair' && entry.get('nominated') === true,
  );
  const seconds = pair?.get('currentRoundTripTime');
  return typeof seconds === 'number' ? seconds * 1000 : null;
}

/** Puts the summary of all tracks together. */
export function roomStats(received: TrackStats[], sent: TrackStats[], roundTrip: number | null): RoomStats {
  const total = (member: 'packets' | 'packetsLost' | 'audioEnergy' | 'frames', of = received): number =>
    of.reduce((all, track) => all + track[member], 0);
  const expected = total('packets') + total('packetsLost');
  return {
    received,
    sent,
    decodedFrames: total('frames'),
    audioPackets: total(
      'packets',
      received.filter(({ source }) => source === 'microphone'),
    ),
    audioEnergy: total('audioEnergy'),
    lossRatio: expected === 0 ? 0 : total('packetsLost') / expected,
    roundTripMs: roundTrip,
  };
}

function frameSize(streams: Entry[]): { frameWidth: number; frameHeight: number } {
  return { frameWidth: largest(streams, 'frameWidth'), frameHeight: largest(streams, 'frameHeight') };
}
