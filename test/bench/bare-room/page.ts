// The baseline of the room bench: the least a mediasoup-client page can do to send and see a picture.
import { Device } from 'mediasoup-client';
import type { TransportOptions } from 'mediasoup-client/types';

declare global {
  interface Window {
    /** Asks the bare server; provided by the bench. */
    signal: (method: string, params: unknown) => Promise<unknown>;
    /** Turns camera and microphone on, as a laptop's device check does before anybody joins. */
    prepareMedia: () => Promise<void>;
    /** Joins and resolves with the milliseconds until the first remote frame was painted. */
    joinBareRoom: (audience: 'first' | 'second') => Promise<number>;
  }
}

const ask = async <T>(method: string, params: unknown): Promise<T> => (await window.signal(method, params)) as T;

async function transportOf(device: Device, direction: 'send' | 'receive') {
  const options = await ask<TransportOptions>('createTransport', {});
  const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    ask('connectTransport', { transport: transport.id, dtlsParameters }).then(done, failed);
  });
  transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
    ask<{ id: string }>('produce', { transport: transport.id, kind, rtpParameters }).then(done, failed);
  });
  return transport;
}

let media: MediaStream | undefined;

window.prepareMedia = async () => {
  media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
};

window.joinBareRoom = async (audience) => {
  const started = performance.now();
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities: await ask('capabilities', {}) });
  const [sending, receiving] = await Promise.all([transportOf(device, 'send'), transportOf(device, 'receive')]);
  for (const track of media?.getTracks() ?? []) await sending.produce({ track });
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  document.body.append(video);
  const stream = new MediaStream();
  const consumers = await ask<Parameters<typeof receiving.consume>[0][]>('consume', {
    transport: receiving.id,
    audience,
    rtpCapabilities: device.recvRtpCapabilities,
  });
  for (const options of consumers) stream.addTrack((await receiving.consume(options)).track);
  const painted = new Promise<number>((resolve) => video.requestVideoFrameCallback(() => resolve(performance.now())));
  video.srcObject = stream;
  await ask('resume', { audience });
  return (await painted) - started;
};
