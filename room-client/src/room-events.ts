import type { MediaSource, Participant, Phase, RoomEnd } from '@sallyport/protocol';

/** A participant's track as it arrives. */
export interface RemoteTrack {
  producer: string;
  participant: string;
  source: MediaSource;
  track: MediaStreamTrack;
}

/** Whether media flows: `reconnecting` while ICE looks for a way. */
export type RoomConnection = 'connecting' | 'connected' | 'reconnecting';

/** What a room tells whoever shows it. */
export type RoomEvent =
  | { event: 'remoteTrack'; remote: RemoteTrack }
  | { event: 'remoteTrackEnded'; producer: string; source: MediaSource }
  | { event: 'remotePaused'; producer: string; paused: boolean }
  | { event: 'participants'; participants: readonly Participant[] }
  | { event: 'phase'; phase: Phase }
  | { event: 'connection'; connection: RoomConnection }
  | { event: 'ended'; reason: RoomEnd };
