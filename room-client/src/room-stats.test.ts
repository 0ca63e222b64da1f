import { expect, test } from 'vitest';
import { receivedStats, roomStats, roundTripMs, sentStats } from './room-stats.ts';

function report(...entries: object[]): RTCStatsReport {
  return new Map(entries.map((entry, index) => [String(index), entry]));
}

test('a summary holds decoded frames, sound, loss and round trip over everything received', () => {
  const camera = report(
    { type: 'inbound-rtp', packetsReceived: 90, packetsLost: 10, bytesReceived: 5, framesDecoded: 42, frameWidth: 640 },
    { type: 'codec', framesDecoded: 1000 },
  );
  const microphone = report({ type: 'inbound-rtp', packetsReceived: 100, packetsLost: 0, totalAudioEnergy: 0.25 });
  const received = [receivedStats('c', 'camera', camera), receivedStats('c', 'microphone', microphone)];
  expect(roomStats(received, [], 12)).toMatchObject({
    decodedFrames: 42,
    audioPackets: 100,
    audioEnergy: 0.25,
    lossRatio: 0.05,
    roundTripMs: 12,
    received: [
      { source: 'camera', frameWidth: 640 },
      { source: 'microphone', frames: 0 },
    ],
  });
});

test('what is sent counts all layers, and the losses that the media server saw', () => {
  const layers = report(
    { type: 'outbound-rtp', packetsSent: 10, framesEncoded: 30, frameHeight: 180 },
    { type: 'outbound-rtp', packetsSent: 20, framesEncoded: 29, frameHeight: 720 },
    { type: 'remote-inbound-rtp', packetsLost: 3 },
  );
  expect(sentStats('camera', layers)).toMatchObject({ packets: 30, frames: 30, frameHeight: 720, packetsLost: 3 });
});

test('the round trip is that of the connection in use, and nothing before there is one', () => {
  const pair = { type: 'candidate-pair', currentRoundTripTime: 0.02 };
  expect(
    roundTripMs(report({ ...pair, nominated: false }, { ...pair, nominated: true, currentRoundTripTime: 0.01 })),
  ).toBe(10);
  expect(roundTripMs(report({ ...pair, nominated: false }))).toBeNull();
  expect(roomStats([], [], null)).toMatchObject({ lossRatio: 0, roundTripMs: null });
});
