import { roomRequests } from '@sallyport/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import type { Answer, MediaRoomListener } from '../ports.ts';
import type { Sfu } from './sfu.ts';
import type { SfuRoom } from './sfu-room.ts';
import type { SfuParticipant } from './sfu-participant.ts';
import { createTestSfu, freeMediaPort, opusParameters, simulcastParameters, testWorkerBinary } from './testing.ts';

let sfu: Sfu | undefined;
afterEach(() => sfu?.close());

const deaf: MediaRoomListener = { producerClosed: () => undefined, failed: () => undefined };
const fingerprint = { algorithm: 'sha-256' as const, value: Array.from({ length: 32 }, () => 'AB').join(':') };

async function startRoom(listener: MediaRoomListener = deaf): Promise<SfuRoom> {
  sfu = await createTestSfu();
  return sfu.createRoom(listener);
}

function resultOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.refusal.reason}`);
  return answer.result;
}

async function transportOf(participant: SfuParticipant, direction: 'send' | 'receive'): Promise<string> {
  return resultOf(await participant.createTransport({ direction })).id;
}

async function microphoneOf(participant: SfuParticipant, ssrc = 1111): Promise<string> {
  const transport = await transportOf(participant, 'send');
  const params = { transport, kind: 'audio', source: 'microphone', rtpParameters: opusParameters(ssrc) } as const;
  return resultOf(await participant.produce(params)).producer;
}

describe('a room on a real worker', () => {
  test('speaks opus with error correction, VP8 and H264, in the words of the contract (P6.6)', async () => {
    const room = await startRoom();
    const codecs = room.rtpCapabilities.codecs ?? [];
    expect(codecs.map((codec) => codec.mimeType)).toEqual(
      expect.arrayContaining(['audio/opus', 'video/VP8', 'video/H264']),
    );
    expect(codecs.find((codec) => codec.mimeType === 'audio/opus')?.parameters).toMatchObject({
      useinbandfec: 1,
      usedtx: 1,
    });
  });

  test('offers every transport on the one port, UDP and TCP', async () => {
    const port = await freeMediaPort();
    sfu = await createTestSfu({ port, announcedAddress: 'media.example.test' });
    const participant = (await sfu.createRoom(deaf)).addParticipant('a');
    const described = [
      resultOf(await participant.createTransport({ direction: 'send' })),
      resultOf(await participant.createTransport({ direction: 'receive' })),
    ];
    for (const transport of described) {
      const parsed = roomRequests['room.createTransport'].result.parse(transport);
      expect(parsed.iceCandidates.map(({ protocol, port, address }) => [protocol, port, address]).sort()).toEqual([
        ['tcp', port, 'media.example.test'],
        ['udp', port, 'media.example.test'],
      ]);
    }
  });

  test('carries a camera in three layers from one participant to the other', async () => {
    const room = await startRoom();
    const [sender, receiver] = [room.addParticipant('a'), room.addParticipant('b')];
    const transport = await transportOf(sender, 'send');
    const rtpParameters = simulcastParameters(3);
    const camera = resultOf(await sender.produce({ transport, kind: 'video', source: 'camera', rtpParameters }));
    expect(sender.producers()).toEqual([
      { producer: camera.producer, participant: 'a', kind: 'video', source: 'camera', paused: false },
    ]);
    const consumed = await receiver.consume({
      transport: await transportOf(receiver, 'receive'),
      producer: camera.producer,
      rtpCapabilities: room.rtpCapabilities,
    });
    const consumer = roomRequests['room.consume'].result.parse(resultOf(consumed));
    expect(consumer.rtpParameters.encodings?.[0]?.scalabilityMode).toBe('L3T3');
    expect(await receiver.resumeConsumer({ consumer: consumer.consumer })).toEqual({ ok: true, result: {} });
    expect(sfu?.counts()).toMatchObject({ workers: 1, rooms: 1, transports: 2, producers: 1, consumers: 1 });
  });

  test('a producer consumed again has one consumer, the newer', async () => {
    const room = await startRoom();
    const [sender, receiver] = [room.addParticipant('a'), room.addParticipant('b')];
    const producer = await microphoneOf(sender);
    const transport = await transportOf(receiver, 'receive');
    const consume = async () =>
      resultOf(await receiver.consume({ transport, producer, rtpCapabilities: room.rtpCapabilities })).consumer;
    const [first, second] = [await consume(), await consume()];
    expect(await receiver.resumeConsumer({ consumer: first })).toEqual(refusal('not-found'));
    expect((await receiver.resumeConsumer({ consumer: second })).ok).toBe(true);
    expect(receiver.counts()).toMatchObject({ consumers: 1 });
  });

  test('more than three layers, a second camera and a kind that is not the source’s are refused', async () => {
    const sender = (await startRoom()).addParticipant('a');
    const transport = await transportOf(sender, 'send');
    const camera = { transport, kind: 'video', source: 'camera' } as const;
    expect(await sender.produce({ ...camera, rtpParameters: simulcastParameters(4) })).toEqual(refusal('too-many'));
    expect(await sender.produce({ ...camera, kind: 'audio', rtpParameters: opusParameters(1) })).toEqual(
      refusal('malformed'),
    );
    const both = await Promise.all(
      [1, 2].map(() => sender.produce({ ...camera, rtpParameters: simulcastParameters(1) })),
    );
    expect(both.map((answer) => answer.ok).sort()).toEqual([false, true]);
  });

  test('RTP parameters that make no sense are malformed, and harm nobody', async () => {
    const sender = (await startRoom()).addParticipant('a');
    const transport = await transportOf(sender, 'send');
    const rtpParameters = { ...opusParameters(1), codecs: [{ mimeType: 'audio/none', payloadType: 1, clockRate: 1 }] };
    const produce = { transport, kind: 'audio', source: 'microphone' } as const;
    expect(await sender.produce({ ...produce, rtpParameters })).toEqual(refusal('malformed'));
    expect((await sender.produce({ ...produce, rtpParameters: opusParameters(1) })).ok).toBe(true);
  });

  test('what belongs to another participant does not exist (S16)', async () => {
    const room = await startRoom();
    const [owner, other] = [room.addParticipant('a'), room.addParticipant('b')];
    const producer = await microphoneOf(owner);
    const transport = await transportOf(owner, 'receive');
    const { rtpCapabilities } = room;
    expect(await other.connectTransport({ transport, dtlsParameters: { fingerprints: [fingerprint] } })).toEqual(
      refusal('not-found'),
    );
    expect(await other.pauseProducer({ producer, paused: true })).toEqual(refusal('not-found'));
    expect(other.closeProducer({ producer })).toEqual(refusal('not-found'));
    expect(await other.consume({ transport, producer, rtpCapabilities })).toEqual(refusal('not-found'));
    expect(await owner.consume({ transport, producer, rtpCapabilities })).toEqual(refusal('not-found'));
  });

  test('in a loop room a participant receives what it sends itself, and nothing of another loop', async () => {
    sfu = await createTestSfu();
    const [room, elsewhere] = [await sfu.createLoopRoom(deaf), await sfu.createLoopRoom(deaf)];
    const [owner, stranger] = [room.addParticipant('a'), elsewhere.addParticipant('b')];
    const producer = await microphoneOf(owner);
    const { rtpCapabilities } = room;
    const consume = async (participant: SfuParticipant) =>
      participant.consume({ transport: await transportOf(participant, 'receive'), producer, rtpCapabilities });
    expect((await consume(owner)).ok).toBe(true);
    expect(await consume(stranger)).toEqual(refusal('not-found'));
  });

  test('a producer of another room does not exist (S16)', async () => {
    const room = await startRoom();
    const elsewhere = await sfu?.createRoom(deaf);
    const producer = await microphoneOf(room.addParticipant('a'));
    const stranger = elsewhere?.addParticipant('b');
    if (stranger === undefined) throw new Error('no second room');
    const transport = await transportOf(stranger, 'receive');
    expect(await stranger.consume({ transport, producer, rtpCapabilities: room.rtpCapabilities })).toEqual(
      refusal('not-found'),
    );
  });

  test('a transport is connected once, and only by a SHA-2 fingerprint (S16)', async () => {
    const participant = (await startRoom()).addParticipant('a');
    const transport = await transportOf(participant, 'send');
    const weak = { fingerprints: [{ algorithm: 'sha-1' as const, value: 'AB:CD' }] };
    expect(await participant.connectTransport({ transport, dtlsParameters: weak })).toEqual(refusal('not-allowed'));
    const strong = { role: 'client' as const, fingerprints: [fingerprint] };
    expect((await participant.connectTransport({ transport, dtlsParameters: strong })).ok).toBe(true);
    expect(await participant.connectTransport({ transport, dtlsParameters: strong })).toEqual(refusal('wrong-state'));
  });

  test('a newer transport replaces the older one and what it carried, and the room is told', async () => {
    const gone: string[] = [];
    const room = await startRoom({ ...deaf, producerClosed: (_, producer) => gone.push(producer) });
    const participant = room.addParticipant('a');
    const producer = await microphoneOf(participant);
    await transportOf(participant, 'send');
    expect(gone).toEqual([producer]);
    expect(participant.counts()).toEqual({ transports: 1, producers: 0, consumers: 0 });
  });

  test('keeps only what is allowed: the rest ends at once, and its owner’s room is not told as of news (S39)', async () => {
    const gone: string[] = [];
    const room = await startRoom({ ...deaf, producerClosed: (_, producer) => gone.push(producer) });
    const [sender, receiver] = [room.addParticipant('a'), room.addParticipant('b')];
    const microphone = await microphoneOf(sender);
    const send = await transportOf(receiver, 'send');
    const rtpParameters = simulcastParameters(1);
    const screen = { transport: send, kind: 'video', source: 'screen', rtpParameters } as const;
    const { producer } = resultOf(await receiver.produce(screen));
    const transport = await transportOf(receiver, 'receive');
    const { rtpCapabilities } = room;
    const { consumer } = resultOf(await receiver.consume({ transport, producer: microphone, rtpCapabilities }));
    expect(receiver.keepOnly({ sends: true, shares: true, receives: true })).toEqual([]);
    expect(receiver.keepOnly({ sends: true, shares: false, receives: true })).toEqual([producer]);
    expect(receiver.counts()).toMatchObject({ producers: 0, consumers: 1 });
    expect(receiver.keepOnly({ sends: false, shares: false, receives: false })).toEqual([]);
    expect(await receiver.resumeConsumer({ consumer })).toEqual(refusal('not-found'));
    expect(sender.keepOnly({ sends: false, shares: true, receives: true })).toEqual([microphone]);
    expect(room.counts()).toMatchObject({ producers: 0, consumers: 0 });
    expect(gone).toEqual([]);
    expect((await receiver.produce({ ...screen, rtpParameters: { ...rtpParameters, mid: '2' } })).ok).toBe(true);
  });

  test('closing a participant closes all it holds, twice is once', async () => {
    const room = await startRoom();
    const [sender, receiver] = [room.addParticipant('a'), room.addParticipant('b')];
    const producer = await microphoneOf(sender);
    const transport = await transportOf(receiver, 'receive');
    await receiver.consume({ transport, producer, rtpCapabilities: room.rtpCapabilities });
    sender.close();
    sender.close();
    expect(await sender.createTransport({ direction: 'send' })).toEqual(refusal('wrong-state'));
    await expect.poll(() => room.counts()).toEqual({ transports: 1, producers: 0, consumers: 0 });
    room.close();
    expect(sfu?.counts()).toMatchObject({ rooms: 0, transports: 0 });
  });
});

describe('a worker that dies', () => {
  test('takes its rooms with it, and is replaced on the same port', async () => {
    let failed = 0;
    const room = await startRoom({ ...deaf, failed: () => (failed += 1) });
    await microphoneOf(room.addParticipant('a'));
    const [pid] = sfu?.pids ?? [];
    if (pid === undefined) throw new Error('no worker');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => failed).toBe(1);
    expect(sfu?.counts()).toMatchObject({ rooms: 0, transports: 0, producers: 0, workerDeaths: 1 });
    await expect.poll(() => sfu?.ready, { timeout: 5000 }).toBe(true);
    expect(sfu?.pids).not.toContain(pid);
    const again = await sfu?.createRoom(deaf);
    expect((await again?.addParticipant('a').createTransport({ direction: 'send' }))?.ok).toBe(true);
  });

  test('a worker that cannot start is a fault at once', async () => {
    const workerBinary = `${(await testWorkerBinary()) ?? ''}-missing`;
    await expect(createTestSfu({ workerBinary })).rejects.toThrow();
  });
});

function refusal(reason: string): unknown {
  return { ok: false, refusal: { reason } };
}
