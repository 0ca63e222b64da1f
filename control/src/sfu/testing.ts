import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import type { RoomRequestParams } from '@sallyport/protocol';
import { pino } from 'pino';
import * as z from 'zod';
import { Sfu } from './sfu.ts';
import type { SfuSettings } from './settings.ts';

const runtime = z.object({ mediasoupWorker: z.string().optional() });

/** The worker that set-up provided; undefined means the package's own. */
export async function testWorkerBinary(): Promise<string | undefined> {
  const named = process.env['MEDIASOUP_WORKER_BIN'];
  if (named !== undefined) return named;
  const file = new URL('../../../.runtime/runtime.json', import.meta.url);
  const text = await readFile(file, 'utf8').catch(() => '{}');
  return runtime.parse(JSON.parse(text)).mediasoupWorker;
}

/** A port that is free for UDP and TCP on the loopback. */
export async function freeMediaPort(): Promise<number> {
  const udp = createSocket('udp4').bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const { port } = udp.address();
  const tcp = createServer().listen(port, '127.0.0.1');
  const free = await Promise.race([
    once(tcp, 'listening').then(() => (tcp.address() as AddressInfo).port),
    once(tcp, 'error').then(() => undefined),
  ]);
  await Promise.all([new Promise<void>((done) => udp.close(() => done())), new Promise((done) => tcp.close(done))]);
  return free ?? freeMediaPort();
}

/** A media server with one real worker on the loopback. */
export async function createTestSfu(settings: Partial<SfuSettings> = {}): Promise<Sfu> {
  const workerBinary = await testWorkerBinary();
  const port = await freeMediaPort();
  const log = pino({ level: 'silent' });
  const own = workerBinary === undefined ? {} : { workerBinary };
  return Sfu.create({ workers: 1, listenAddress: '127.0.0.1', port, ...own, ...settings }, log);
}

type RtpParameters = RoomRequestParams<'room.produce'>['rtpParameters'];

/** What a browser's microphone sends. */
export function opusParameters(ssrc: number): RtpParameters {
  return {
    mid: '0',
    codecs: [
      {
        mimeType: 'audio/opus',
        payloadType: 111,
        clockRate: 48_000,
        channels: 2,
        parameters: { useinbandfec: 1, usedtx: 1, minptime: 10 },
        rtcpFeedback: [{ type: 'transport-cc', parameter: '' }],
      },
    ],
    headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 }],
    encodings: [{ ssrc, dtx: true }],
    rtcp: { cname: `cname-${ssrc}`, reducedSize: true },
  };
}

/** What a browser's camera sends: VP8 in some simulcast layers. */
export function simulcastParameters(layers: number): RtpParameters {
  return {
    mid: '1',
    codecs: [
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90_000,
        rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'goog-remb' }],
      },
      { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } },
    ],
    headerExtensions: [
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 },
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 10 },
    ],
    encodings: Array.from({ length: layers }, (_, layer) => ({ rid: `r${layer}`, scalabilityMode: 'L1T3' })),
    rtcp: { cname: 'cname-video', reducedSize: true },
  };
}
