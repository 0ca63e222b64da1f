/** What a participant's transports received so far. */
export interface MediaStatistics {
  /** Video frames decoded and audio packets received, since joining. */
  framesDecoded: number;
  audioPackets: number;
  /** Round trip time of the media path, ms; undefined before the first measurement. */
  roundTripTime: number | undefined;
  /** Packets lost as a share of those expected, 0 to 1. */
  loss: number;
}

type Entry = Readonly<Record<string, unknown>>;

const numberOf = (entry: Entry, member: string): number => {
  const value = entry[member];
  return typeof value === 'number' ? value : 0;
};

/** Sums reports of W3C webrtc-stats. */
export function summarise(reports: readonly RTCStatsReport[]): MediaStatistics {
  const entries: Entry[] = [];
  for (const report of reports) report.forEach((entry: Entry) => entries.push(entry));
  const inbound = entries.filter((entry) => entry['type'] === 'inbound-rtp');
  const sum = (list: readonly Entry[], member: string): number =>
    list.reduce((total, entry) => total + numberOf(entry, member), 0);
  const pair = entries.find((entry) => entry['type'] === 'candidate-pair' && entry['nominated'] === true);
  const seconds = pair && numberOf(pair, 'currentRoundTripTime');
  const [lost, received] = [sum(inbound, 'packetsLost'), sum(inbound, 'packetsReceived')];
  return {
    framesDecoded: sum(inbound, 'framesDecoded'),
    audioPackets: sum(
      inbound.filter((entry) => entry['kind'] === 'audio'),
      'packetsReceived',
    ),
    roundTripTime: seconds === undefined || seconds === 0 ? undefined : seconds * 1000,
    loss: lost + received > 0 ? Math.max(0, lost) / (Math.max(0, lost) + received) : 0,
  };
}
