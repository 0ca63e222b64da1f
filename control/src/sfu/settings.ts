/** How the media server runs; made from configuration in one place. */
export interface SfuSettings {
  /** How many workers, each with one port; one a core unless stated. */
  workers?: number;
  /** The worker's executable; the package's own when absent. */
  workerBinary?: string;
  /** Address on which the workers listen. */
  listenAddress: string;
  /** Address that clients are told, when it is another one (IPv4, IPv6 or host name). */
  announcedAddress?: string;
  /** UDP and TCP port of the first worker; worker n listens on `port + n`. */
  port: number;
  limits?: Partial<SfuLimits>;
}

/** What one participant may use. */
export interface SfuLimits {
  /** Most it may send, bits a second: camera in three layers, microphone and a shared screen. */
  maxIncomingBitrate: number;
  /** Most it is sent, bits a second. */
  maxOutgoingBitrate: number;
  /** Where the bandwidth estimate starts, bits a second. */
  initialOutgoingBitrate: number;
  /** Simulcast layers of one producer. */
  maxEncodings: number;
}

export const defaultLimits: SfuLimits = {
  maxIncomingBitrate: 6_000_000,
  maxOutgoingBitrate: 8_000_000,
  initialOutgoingBitrate: 1_500_000,
  maxEncodings: 3,
};

/** The media server as figures, for metrics. */
export interface SfuCounts {
  workers: number;
  rooms: number;
  transports: number;
  producers: number;
  consumers: number;
  /** Since the start. */
  workerDeaths: number;
}

/** No worker runs at the moment; the one that died is being replaced. */
export class NoWorkerError extends Error {
  override readonly name = 'NoWorkerError';
}
