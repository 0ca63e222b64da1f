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
}

interface WatchedWindow {
  watchedPeers?: RTCPeerConnection[];
}

/** Makes every page of a context remember its peer connections, so that their statistics can be read from outside. */
export async function watchMedia(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const watched: RTCPeerConnection[] = [];
    (globalThis as unknown as WatchedWindow).watchedPeers = watched;
    globalThis.RTCPeerConnection = new Proxy(globalThis.RTCPeerConnection, {
      construct(target, parameters: [RTCConfiguration?]) {
        const peer = new target(...parameters);
        watched.push(peer);
        return peer;
      },
    });
  });
}

/** Reads what the page's peer connections received and what its remote video shows. */
export async function mediaReport(page: Page): Promise<MediaReport> {
  return page.evaluate(async () => {
    const report = {
      framesDecoded: 0,
      audioPackets: 0,
      audioEnergy: 0,
      brightness: 0,
      contrast: 0,
      suite: '',
      protocol: '',
    };
    for (const peer of (globalThis as unknown as WatchedWindow).watchedPeers ?? []) {
      const stats = (await peer.getStats()) as unknown as Map<string, Record<string, unknown>>;
      for (const entry of stats.values()) {
        if (entry['type'] === 'inbound-rtp' && entry['kind'] === 'video')
          report.framesDecoded += Number(entry['framesDecoded'] ?? 0);
        if (entry['type'] === 'inbound-rtp' && entry['kind'] === 'audio') {
          report.audioPackets += Number(entry['packetsReceived'] ?? 0);
          report.audioEnergy += Number(entry['totalAudioEnergy'] ?? 0);
        }
        if (entry['type'] === 'transport' && entry['srtpCipher']) report.suite = String(entry['srtpCipher']);
        if (entry['type'] === 'remote-candidate') report.protocol = String(entry['protocol']);
      }
    }
    const video = document.querySelector<HTMLVideoElement>('[data-testid="remote-video"]');
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 48;
    const drawing = canvas.getContext('2d');
    if (video && video.videoWidth > 0 && drawing) {
      drawing.drawImage(video, 0, 0, 64, 48);
      const pixels = drawing.getImageData(0, 0, 64, 48).data;
      const light = Array.from({ length: 64 * 48 }, (_, index) => {
        const [red = 0, green = 0, blue = 0] = pixels.subarray(index * 4, index * 4 + 3);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      });
      report.brightness = light.reduce((sum, value) => sum + value, 0) / light.length;
      report.contrast = Math.max(...light) - Math.min(...light);
    }
    return report;
  });
}

/**
 * Waits until a page shows moving pictures that are not black, and hears something.
 * @returns the report that satisfied it
 */
export async function waitForMedia(page: Page, deadline = 30_000): Promise<MediaReport> {
  const end = Date.now() + deadline;
  for (;;) {
    const report = await mediaReport(page);
    const seen = report.framesDecoded > 5 && report.brightness > 8 && report.contrast > 20;
    if (seen && report.audioPackets > 5 && report.audioEnergy > 0) return report;
    if (Date.now() > end) throw new Error(`no pictures or sound: ${JSON.stringify(report)}`);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}
