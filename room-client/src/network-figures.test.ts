import { networkFigures } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { countsOf, figuresBetween, type NetworkCounts } from './network-figures.ts';

function report(...entries: object[]): RTCStatsReport {
  return new Map(entries.map((entry, index) => [String(index), entry]));
}

const none = { packets: 0, packetsLost: 0, bytes: 0 };
const start: NetworkCounts = { at: 1000, sent: none, received: none, jitter: 0, roundTrip: null };

/** Four seconds later, everything well: 400 packets up and down, 100,000 bytes each way. */
function later(changes: Partial<NetworkCounts> = {}): NetworkCounts {
  const traffic = { packets: 400, packetsLost: 0, bytes: 100_000 };
  return { at: 5000, sent: traffic, received: traffic, jitter: 4, roundTrip: 30, ...changes };
}

describe('what the browser counts', () => {
  test('is summed over camera and microphone, each way; losses on the way up as the media server saw them', () => {
    const microphone = { type: 'outbound-rtp', packetsSent: 100, bytesSent: 8000, headerBytesSent: 2000 };
    const camera = { type: 'outbound-rtp', packetsSent: 300, bytesSent: 90_000, headerBytesSent: 6000 };
    const lost = { type: 'remote-inbound-rtp', packetsLost: 6 };
    const back = { type: 'inbound-rtp', packetsReceived: 200, bytesReceived: 5000, headerBytesReceived: 1000 };
    const counts = countsOf(7, {
      sent: [report(microphone, { type: 'codec', packetsSent: 9 }), report(camera, lost)],
      received: [
        report({ ...back, packetsLost: 3, jitter: 0.004 }),
        report({ ...back, packetsLost: 1, jitter: 0.021 }),
      ],
      roundTrip: 12,
    });
    expect(counts).toEqual({
      at: 7,
      // With 38 bytes a packet of UDP, IP and SRTP.
      sent: { packets: 400, packetsLost: 6, bytes: 106_000 + 400 * 38 },
      received: { packets: 400, packetsLost: 4, bytes: 12_000 + 400 * 38 },
      jitter: 21,
      roundTrip: 12,
    });
  });
});

describe('what a network carried between two moments', () => {
  test('is bits a second, jitter and round trip', () => {
    const figures = figuresBetween(start, later());
    expect(figures).toEqual({
      lossUp: 0,
      lossDown: 0,
      jitter: 4,
      roundTrip: 30,
      bitrateUp: 200_000,
      bitrateDown: 200_000,
    });
    expect(networkFigures.safeParse(figures).success).toBe(true);
  });

  test('does not count what came before', () => {
    const early = { packets: 50, packetsLost: 40, bytes: 10_000 };
    const both = { packets: 450, packetsLost: 40, bytes: 110_000 };
    const figures = figuresBetween({ ...start, sent: early, received: early }, later({ sent: both, received: both }));
    expect(figures).toMatchObject({ lossUp: 0, lossDown: 0, bitrateUp: 200_000 });
  });

  test('a loss on the way up is not counted on the way down again', () => {
    const sent = { packets: 1000, packetsLost: 100, bytes: 1 };
    const all = figuresBetween(start, later({ sent, received: { packets: 900, packetsLost: 100, bytes: 1 } }));
    expect(all).toMatchObject({ lossUp: 0.1, lossDown: 0 });
    const more = figuresBetween(start, later({ sent, received: { packets: 810, packetsLost: 190, bytes: 1 } }));
    expect(more?.lossUp).toBeCloseTo(0.1);
    expect(more?.lossDown).toBeCloseTo(0.1);
    const repaired = figuresBetween(start, later({ sent, received: { packets: 1000, packetsLost: 0, bytes: 1 } }));
    expect(repaired).toMatchObject({ lossUp: 0.1, lossDown: 0 });
  });

  test('stays within the contract, whatever the browser counted', () => {
    const odd = later({
      sent: { packets: 10, packetsLost: 50, bytes: -5 },
      received: { packets: 1, packetsLost: -3, bytes: 1e12 },
      jitter: 1e6,
      roundTrip: -1,
    });
    const figures = figuresBetween(start, odd);
    expect(networkFigures.safeParse(figures).success).toBe(true);
    expect(figures).toMatchObject({ lossUp: 1, jitter: 60_000, roundTrip: 0, bitrateUp: 0, bitrateDown: 1e9 });
  });

  test('is nothing when nothing came back, no time passed, or the round trip is not known', () => {
    expect(figuresBetween(start, later({ received: none }))).toBeNull();
    expect(figuresBetween(start, later({ at: start.at }))).toBeNull();
    expect(figuresBetween(start, later({ roundTrip: null }))).toBeNull();
  });
});
