import type { LinkState } from '@sallyport/protocol';

/** What staff are told of the network before they join. */
export type NetworkVerdict =
  'ready' | 'connecting' | 'no-network' | 'service-unreachable' | 'service-refuses' | 'no-video-calls';

/** What the page can see of the laptop by itself. */
export interface LocalNetwork {
  /** Whether the laptop has any network at all. */
  online: boolean;
  /** Whether the browser can make a video call; undefined while that is being found out. */
  videoCalls: boolean | undefined;
}

/** Joins what the link says with what the laptop says. The link's word counts first: it has been all the way. */
export function networkVerdict(link: LinkState, local: LocalNetwork): NetworkVerdict {
  switch (link) {
    case 'connected':
      if (local.videoCalls === undefined) return 'connecting';
      return local.videoCalls ? 'ready' : 'no-video-calls';
    case 'refused':
      return 'service-refuses';
    case 'connecting':
      return local.online ? 'connecting' : 'no-network';
    case 'unreachable':
      return local.online ? 'service-unreachable' : 'no-network';
  }
}

/**
 * Finds out whether the browser can make a video call: it must offer the video and sound formats that a room uses.
 * Nothing is sent and no port is opened, because the offer is thrown away.
 */
export async function canMakeVideoCalls(): Promise<boolean> {
  const connection = new RTCPeerConnection();
  try {
    connection.addTransceiver('video');
    connection.addTransceiver('audio');
    const { sdp } = await connection.createOffer();
    return sdp !== undefined && /VP8\/90000/i.test(sdp) && /opus\/48000/i.test(sdp);
  } catch {
    return false;
  } finally {
    connection.close();
  }
}
