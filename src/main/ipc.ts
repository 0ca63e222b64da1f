import { bridge, channelOf } from '@sallyport/protocol';
import type { InvokeName, InvokeParams, InvokeResult, NotifyName, NotifyPayload, Refusal } from '@sallyport/protocol';
import type { Clock } from './platform/clock.ts';
import type { Log } from './ports.ts';
import { RateLimit } from './rate-limit.ts';

/** Invocations the page may make a second; a person's screen makes a handful. */
const invocationsPerSecond = 200;
/** Longest parameters, characters of JSON. */
const paramsLimit = 64 * 1024;

/** Who sent an invocation, as far as the door looks. */
export interface Sender {
  /** Identifier of the web contents. */
  readonly contents: number;
  /** Whether it is the main frame of those contents, alive. */
  readonly isMainFrame: boolean;
  /** Origin of the frame. */
  readonly origin: string;
}

/** The part of Electron's `ipcMain` that is used, already reduced to sender and arguments. */
export interface InvocationSource {
  handle: (channel: string, listener: (sender: Sender, parameters: readonly unknown[]) => Promise<unknown>) => void;
}

/** What each invocation does. It has been checked and allowed before. */
export type PageHandlers = {
  readonly [N in InvokeName]: (params: InvokeParams<N>) => Promise<InvokeResult<N>> | InvokeResult<N>;
};

/** What {@link openDoor} needs. */
export interface DoorOptions {
  readonly source: InvocationSource;
  /** Identifier of our window's web contents, or undefined while there is none. */
  readonly contents: () => number | undefined;
  readonly origin: string;
  readonly isAllowed: (name: InvokeName) => boolean;
  readonly handlers: PageHandlers;
  readonly send: (channel: string, payload: unknown) => void;
  /** Told of every refusal of a malformed or foreign invocation. */
  readonly onRefused: (name: InvokeName, refusal: Refusal) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Sends to the page. */
export type NotifyPage = <N extends NotifyName>(name: N, payload: NotifyPayload<N>) => void;

/**
 * Opens the only door to the page: one handler for each invocation of the contract, each behind the same checks, in this
 * order: sender, rate, size, schema, state.
 * @returns sends notifications to the page
 */
export function openDoor(options: DoorOptions): NotifyPage {
  const limit = new RateLimit(options.clock, invocationsPerSecond);
  const names = Object.keys(bridge.invoke) as InvokeName[];
  for (const name of names) {
    options.source.handle(channelOf(name), (sender, parameters) => answer(options, limit, name, sender, parameters));
  }
  return (name, payload) => {
    const parsed = bridge.notify[name].safeParse(payload);
    if (parsed.success) options.send(channelOf(name), parsed.data);
    else options.log.error({ name }, 'notification against the contract not sent');
  };
}

async function answer(
  options: DoorOptions,
  limit: RateLimit,
  name: InvokeName,
  sender: Sender,
  parameters: readonly unknown[],
): Promise<unknown> {
  const refused = (refusal: Refusal): unknown => ({ ok: false, refusal });
  // SECURITY: only the main frame of our own window, on our own origin (S12).
  if (!isOurs(options, sender)) {
    options.onRefused(name, { reason: 'not-allowed' });
    return refused({ reason: 'not-allowed' });
  }
  // SECURITY: a page that floods the door cannot keep the main process from an order (S12).
  if (!limit.take()) return refused({ reason: 'too-many', retryAfter: 1 });
  const params = parseParams(name, parameters);
  if (typeof params === 'string') {
    options.onRefused(name, { reason: params });
    return refused({ reason: params });
  }
  if (!options.isAllowed(name)) return refused({ reason: 'wrong-state' });
  return carryOut(options, name, params.value);
}

async function carryOut(options: DoorOptions, name: InvokeName, params: unknown): Promise<unknown> {
  try {
    const handle = options.handlers[name] as (params: unknown) => unknown;
    return bridge.invoke[name].result.parse(await handle(params));
  } catch (error) {
    // SECURITY: no stack, path or message of a fault reaches the page (S23).
    options.log.error({ name, fault: error instanceof Error ? error.name : 'unknown' }, 'invocation failed');
    return { ok: false, refusal: { reason: 'failed' } };
  }
}

function isOurs({ contents, origin }: DoorOptions, sender: Sender): boolean {
  const ours = contents();
  return ours !== undefined && sender.contents === ours && sender.isMainFrame && sender.origin === origin;
}

function parseParams(name: InvokeName, parameters: readonly unknown[]): { value: unknown } | 'malformed' | 'too-large' {
  // Structured clone also carries maps, dates and buffers: parameters are one plain object.
  if (parameters.length !== 1 || !isPlain(parameters[0])) return 'malformed';
  const size = sizeOf(parameters[0]);
  if (size === undefined) return 'malformed';
  if (size > paramsLimit) return 'too-large';
  const parsed = bridge.invoke[name].params.safeParse(parameters[0]);
  return parsed.success ? { value: parsed.data } : 'malformed';
}

function isPlain(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Characters of JSON, or undefined for what is no JSON (structured clone also carries maps, cycles and buffers). */
function sizeOf(value: unknown): number | undefined {
  try {
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text.length : undefined;
  } catch {
    return undefined;
  }
}
