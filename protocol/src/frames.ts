import * as z from 'zod';
import { identifier, instant, line, parseJson } from './primitives.ts';
import { refusal } from './refusals.ts';

/** The only protocol version there is. A peer that speaks no common version is closed with `unsupported-version`. */
export const protocolVersion = 1;

/** Frames above this many characters are refused before they are parsed. */
export const maxFrameCharacters = 2 * 1024 * 1024;

/** WebSocket close codes (RFC 6455, 7.4.2: 4000 to 4999 are private use). Fixed for ever. */
export const closeCodes = {
  malformed: 4400,
  'unknown-device': 4401,
  'not-allowed': 4403,
  'unsupported-version': 4406,
  'handshake-timeout': 4408,
  'newer-connection': 4409,
  'too-many': 4429,
  'shutting-down': 4503,
} as const;
export type CloseReason = keyof typeof closeCodes;

/** The states of a laptop's lifecycle, as others are told of them. */
export const lifecycleName = z.enum(['blank', 'inert', 'open', 'inRoom', 'suspended', 'wiping', 'dead']);
export type LifecycleName = z.infer<typeof lifecycleName>;

/** First frame, from the device. */
export const hello = z.strictObject({
  kind: z.literal('hello'),
  versions: z.array(z.int().min(1).max(1000)).min(1).max(16),
  client: line(64),
  state: lifecycleName,
  manifestVersion: z.int().min(1),
  rosterVersion: z.int().min(0),
  /** Highest sequences the device has obeyed. */
  grantSequence: z.int().min(0),
  orderSequence: z.int().min(0),
  /** How many times the device has written its record, over its whole life: a lower number than before is an older copy. */
  recordGeneration: z.int().min(0),
});
export type Hello = z.infer<typeof hello>;

/** Control's answer to `hello`; everything else follows it. */
export const welcome = z.strictObject({
  kind: z.literal('welcome'),
  version: z.literal(protocolVersion),
  device: z.strictObject({ id: identifier, name: line(40), site: identifier }),
  time: instant,
});
export type Welcome = z.infer<typeof welcome>;

const method = z.string().min(1).max(64);
const requestId = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);

export const requestFrame = z.strictObject({ kind: z.literal('request'), id: requestId, method, params: z.unknown() });
export const responseFrame = z.discriminatedUnion('ok', [
  z.strictObject({ kind: z.literal('response'), id: requestId, ok: z.literal(true), result: z.unknown() }),
  z.strictObject({ kind: z.literal('response'), id: requestId, ok: z.literal(false), refusal }),
]);
export const notificationFrame = z.strictObject({ kind: z.literal('notification'), method, params: z.unknown() });

/** Any frame after the handshake, in either direction. */
export const frame = z.union([requestFrame, responseFrame, notificationFrame]);
export type Frame = z.infer<typeof frame>;

/**
 * Reads one frame from the text of a WebSocket message.
 * @returns the value, or undefined when it is too long, not JSON, or not what the schema describes
 */
export function decodeFrame<T>(text: string, schema: z.ZodType<T>): T | undefined {
  const parsed = parseJson(text, maxFrameCharacters);
  const result = parsed && schema.safeParse(parsed.value);
  return result?.success === true ? result.data : undefined;
}
