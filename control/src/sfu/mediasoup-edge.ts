import type { Refusal, RoomRequestParams, RoomRequestResult } from '@sallyport/protocol';
import type { types } from 'mediasoup';
import { UnsupportedError } from 'mediasoup/errors';
import type { Logger } from 'pino';
import type { Answer } from '../ports.ts';

/** An answer without contents. */
export function done(): { ok: true; result: Record<string, never> } {
  return { ok: true, result: {} };
}

/** An expected refusal. */
export function refused(reason: Refusal['reason']): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { reason } };
}

/**
 * Asks mediasoup. What it finds wrong with a client's parameters is a refusal; its faults are refusals too, because
 * what they concern is closed with the participant, but they are logged.
 */
export async function media<T>(log: Logger, act: () => Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof TypeError || error instanceof UnsupportedError) return refused('malformed');
    log.warn({ err: error }, 'media request failed');
    return refused('failed');
  }
}

/** The contract's bounded RTP parameters in mediasoup's narrower words; mediasoup checks the values itself. */
export function asRtpParameters(parameters: RoomRequestParams<'room.produce'>['rtpParameters']): types.RtpParameters {
  return parameters as types.RtpParameters;
}

/** As {@link asRtpParameters}, for what a client can receive. */
export function asRtpCapabilities(
  capabilities: RoomRequestParams<'room.consume'>['rtpCapabilities'],
): types.RtpCapabilities {
  return capabilities as types.RtpCapabilities;
}

/** SECURITY: a DTLS peer is known by a SHA-2 fingerprint of its certificate, never by SHA-1 (S16). */
export function strongFingerprints(
  parameters: RoomRequestParams<'room.connectTransport'>['dtlsParameters'],
): types.DtlsParameters | undefined {
  const fingerprints = parameters.fingerprints.filter(({ algorithm }) => /^sha-(?:256|384|512)$/.test(algorithm));
  return fingerprints.length === 0 ? undefined : { ...parameters, fingerprints };
}

/** What a client needs to reach a transport. */
export function describeTransport(transport: types.WebRtcTransport): RoomRequestResult<'room.createTransport'> {
  const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
  return { id, iceParameters, iceCandidates, dtlsParameters };
}

/** What a client needs to receive a consumer. */
export function describeConsumer(consumer: types.Consumer): RoomRequestResult<'room.consume'> {
  const { kind, rtpParameters } = consumer;
  // mediasoup made these parameters of checked ones; only its type of codec parameters is wider.
  const parameters = rtpParameters as RoomRequestResult<'room.consume'>['rtpParameters'];
  return { consumer: consumer.id, kind, rtpParameters: parameters };
}
