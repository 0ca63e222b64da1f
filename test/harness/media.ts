import type { BrowserContext, Page } from 'playwright-core';

/** What a page really received and showed. */
export interface MediaReport {
  /** Video frames decoded, over all receivers. */
  framesDecoded: number;
  /** Audio packets received, and the energy of what was in them (0: silence). */
  audioPackets: number;
  audioEnergy: number;
  /** Of the remote video element's present picture: 0 black to 255 white, and how much it varies. */
  brightness: number;
  contrast: number;
  /** SRTP suite and candidate pair protocol in use. */
  suite: string;
  protocol: string;
  /** UDP or TCP port of the other end. */
  remotePort: number;
}

interface WatchedWindow {
  watchedPeers?: RTCPeerConnection[];
  watchedTracks?: MediaStreamTrack[];
}

/**
 * Makes a page, or every page of a context, remember its peer connections, so that their statistics can be read from
 * outside. It holds from the next time the page is loaded.
 */
export async function watchMedia(pages: BrowserContext | Page): Promise<void> {
  await pages.addInitScript(() => {
    const watched: RTCPeerConnection[] = [];
    (globalThis as unknown as WatchedWindow).watchedPeers = watched;
    globalThis.RTCPeerConnection = new Proxy(globalThis.RTCPeerConnection, {
      construct(target, parameters: [RTCConfiguration?]) {
        const peer = new target(...parameters);
        watched.push(peer);
        return peer;
      },
    });
    const captured: MediaStreamTrack[] = [];
    (globalThis as unknown as WatchedWindow).watchedTracks = captured;
    // A page that is not secure has none.
    const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
    if (mediaDevices === undefined) return;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      captured.push(...stream.getTracks());
      return stream;
    };
  });
}

/** Kinds of what a watched page captures at this moment: a camera or microphone that is on. */
export async function capturesOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const tracks = (globalThis as unknown as WatchedWindow).watchedTracks ?? [];
    return tracks.filter(({ readyState }) => readyState === 'live').map(({ kind }) => kind);
  });
}

/**
 * Reads what the page's peer connections received and what a remote video shows.
 * @param video test id of the video element
 */
export async function mediaReport(page: Page, video = 'remote-video'): Promise<MediaReport> {
  return { ...summary(await statistics(page)), ...(await page.evaluate(remotePicture, video)) };
}

/** Every statistics entry of every peer connection of the page (W3C webrtc-stats). */
async function statistics(page: Page): Promise<Record<string, string | number | undefined>[]> {
  return page.evaluate(async () => {
    const peers = (globalThis as unknown as WatchedWindow).watchedPeers ?? [];
    const reports = await Promise.all(peers.map((peer) => peer.getStats()));
    return reports.flatMap((report) => {
      const entries: Record<string, string | number>[] = [];
      report.forEach((entry: Record<string, string | number>) => entries.push({ ...entry }));
      return entries;
    });
  });
}

function summary(entries: Record<string, string | number | undefined>[]): Omit<MediaReport, 'brightness' | 'contrast'> {
  const inbound = (kind: string) =>
    entries.filter((entry) => entry['type'] === 'inbound-rtp' && entry['kind'] === kind);
  const sum = (list: typeof entries, member: string): number =>
    list.reduce((total, entry) => total + Number(entry[member] ?? 0), 0);
  const first = (type: string, member: string): string =>
    String(entries.find((entry) => entry['type'] === type && entry[member] !== undefined)?.[member] ?? '');
  return {
    framesDecoded: sum(inbound('video'), 'framesDecoded'),
    audioPackets: sum(inbound('audio'), 'packetsReceived'),
    audioEnergy: sum(inbound('audio'), 'totalAudioEnergy'),
    suite: first('transport', 'srtpCipher'),
    protocol: first('remote-candidate', 'protocol'),
    remotePort: Number(first('remote-candidate', 'port')),
  };
}

/** Runs in the page: what the remote video element shows at this moment. */
function remotePicture(testId: string): Pick<MediaReport, 'brightness' | 'contrast'> {
  const video = document.querySelector<HTMLVideoElement>(`[data-testid="${testId}"]`);
  const canvas = document.createElement('canvas');
  canvas.width = 64;
  canvas.height = 48;
  const drawing = canvas.getContext('2d');
  if (video === null || video.videoWidth === 0 || drawing === null) return { brightness: 0, contrast: 0 };
  drawing.drawImage(video, 0, 0, 64, 48);
  const pixels = drawing.getImageData(0, 0, 64, 48).data;
  const light = Array.from({ length: 64 * 48 }, (_, index) => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(index * 4, index * 4 + 3);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  const brightness = light.reduce((total, value) => total + value, 0) / light.length;
  return { brightness, contrast: Math.max(...light) - Math.min(...light) };
}

/**
 * Waits until a page shows moving pictures that are not black, and hears something.
 * @returns the report that satisfied it
 */
export async function waitForMedia(page: Page, video = 'remote-video', deadline = 30_000): Promise<MediaReport> {
  const end = Date.now() + deadline;
  for (;;) {
    const report = await mediaReport(page, video);
    const seen = report.framesDecoded > 5 && report.brightness > 8 && report.contrast > 20;
    if (seen && report.audioPackets > 5 && report.audioEnergy > 0) return report;
    if (Date.now() > end) throw new Error(`no pictures or sound: ${JSON.stringify(report)}`);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}
