import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { z } from 'zod';
import { freePorts } from '../../harness/ports.ts';

/** The two participants. */
export type Audience = 'first' | 'second';

/** The bare media server: one worker, one router, two participants, no rules. */
export interface BareServer {
  /** Answers one request of a participant's page. */
  answer(who: Audience, method: string, params: unknown): Promise<unknown>;
  /** Resolves once a participant sends both sound and pictures. */
  hasProduced(who: Audience): Promise<void>;
  close(): void;
}

const mediaCodecs = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
] as const;

const requests = z.object({
  transport: z.string().optional(),
  kind: z.enum(['audio', 'video']).optional(),
});

/** Starts the bare media server on a free loopback port. */
export async function startBareServer(): Promise<BareServer> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('no free port');
  const worker = await createWorker({ logLevel: 'error' });
  const listenInfos = [
    { protocol: 'udp', ip: '127.0.0.1', port },
    { protocol: 'tcp', ip: '127.0.0.1', port },
  ] as const;
  const webRtcServer = await worker.createWebRtcServer({ listenInfos: [...listenInfos] });
  const router = await worker.createRouter({ mediaCodecs: mediaCodecs.map((codec) => ({ ...codec })) });
  const transports = new Map<string, types.WebRtcTransport>();
  const producers: Record<Audience, types.Producer[]> = { first: [], second: [] };
  const consumers: Record<Audience, types.Consumer[]> = { first: [], second: [] };
  const waiting: (() => void)[] = [];

  async function hasProduced(who: Audience): Promise<void> {
    while (producers[who].length < 2) await new Promise<void>((resolve) => waiting.push(resolve));
  }

  async function producersFor(who: Audience): Promise<types.Producer[]> {
    const other = who === 'first' ? 'second' : 'first';
    await hasProduced(other);
    return producers[other];
  }

  const transportOf = (params: unknown): types.WebRtcTransport => {
    const transport = transports.get(requests.parse(params).transport ?? '');
    if (transport === undefined) throw new Error('no such transport');
    return transport;
  };

  const handlers: Record<string, (who: Audience, params: never) => Promise<unknown>> = {
    capabilities: async () => router.rtpCapabilities,
    createTransport: async () => {
      const transport = await router.createWebRtcTransport({ webRtcServer });
      transports.set(transport.id, transport);
      const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
      return { id, iceParameters, iceCandidates, dtlsParameters };
    },
    connectTransport: async (_, params: { dtlsParameters: types.DtlsParameters }) => {
      await transportOf(params).connect({ dtlsParameters: params.dtlsParameters });
      return {};
    },
    produce: async (who, params: { kind: types.MediaKind; rtpParameters: types.RtpParameters }) => {
      const producer = await transportOf(params).produce({ kind: params.kind, rtpParameters: params.rtpParameters });
      producers[who].push(producer);
      for (const wake of waiting.splice(0)) wake();
      return { id: producer.id };
    },
    consume: async (who, params: { rtpCapabilities: types.RtpCapabilities }) => {
      const made = [];
      for (const { id } of await producersFor(who)) {
        const consumer = await transportOf(params).consume({
          producerId: id,
          rtpCapabilities: params.rtpCapabilities,
          paused: true,
        });
        consumers[who].push(consumer);
        made.push({ id: consumer.id, producerId: id, kind: consumer.kind, rtpParameters: consumer.rtpParameters });
      }
      return made;
    },
    resume: async (who) => {
      for (const consumer of consumers[who]) await consumer.resume();
      return {};
    },
  };
  return {
    answer: (who, method, params) => {
      const handler = handlers[method];
      if (handler === undefined) throw new Error(`no such request: ${method}`);
      return handler(who, params as never);
    },
    hasProduced,
    close: () => {
      worker.close();
    },
  };
}
