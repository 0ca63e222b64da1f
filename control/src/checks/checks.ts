import { verdictOf, type CheckReport, type DeviceRequestResult } from '@sallyport/protocol';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Database } from '../db/schema.ts';
import type {
  Answer,
  Audit,
  Changes,
  Checks,
  Clock,
  LoopServer,
  MediaParticipant,
  MediaRequest,
  NamedDevice,
} from '../ports.ts';
import { CheckRates } from './check-rates.ts';
import { isSeated, keepCheck, openedFor } from './check-repository.ts';
import { RunningCheck } from './running-check.ts';

export interface CheckDeps {
  db: Kysely<Database>;
  audit: Audit;
  changes: Changes;
  clock: Clock;
  media: LoopServer;
  log: Logger;
  /** How long a check may last, milliseconds; 30,000 unless stated. */
  lasts?: number;
}

const longest = 30_000;

/**
 * Checks of laptops on this node: each a room of the laptop's own on the media server, where it receives what it sends
 * itself, for half a minute at most. No more of it is kept than what the laptop reports.
 */
export class DeviceChecks implements Checks {
  readonly #deps: CheckDeps;
  readonly #rates = new CheckRates(() => performance.now());
  readonly #running = new Map<string, RunningCheck>();
  #closed = false;

  constructor(deps: CheckDeps) {
    this.#deps = deps;
  }

  /** How many laptops are in a check. */
  get size(): number {
    return this.#running.size;
  }

  /** @inheritdoc */
  async begin(device: NamedDevice): Promise<Answer<DeviceRequestResult<'check.begin'>>> {
    if (this.#closed) return refused('not-connected', 1);
    // SECURITY: a laptop that asks without end costs the others nothing (S16).
    if (!this.#rates.take(device.id, 'begins')) return refused('too-many', 10);
    const check = this.#start(device.id);
    try {
      const refusal = await this.#refusalOf(device.id);
      if (refusal !== undefined) return this.#stopped(check, refusal);
      const media = await this.#deps.media.createLoopRoom({
        producerClosed: () => undefined,
        failed: () => check.close(),
      });
      // A join, another check or the end of the connection came meanwhile: the check is over before it began.
      if (!check.carry(media)) return refused('wrong-state');
      return { ok: true, result: { rtpCapabilities: media.rtpCapabilities } };
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'a check could not begin');
      return this.#stopped(check, 'failed');
    }
  }

  /** @inheritdoc */
  handle(device: NamedDevice, request: MediaRequest): Promise<Answer<unknown>> | undefined {
    const media = this.#running.get(device.id)?.media;
    if (media === undefined) return undefined;
    if (!this.#rates.take(device.id, 'requests')) return Promise.resolve(refused('too-many', 1));
    return serve(media, request);
  }

  /** @inheritdoc */
  async end(device: NamedDevice, report: CheckReport | null): Promise<Answer<Record<string, never>>> {
    this.drop(device.id);
    if (report === null) return done;
    if (!this.#rates.take(device.id, 'reports')) return refused('too-many', 10);
    const kept = await this.#keep(device, report);
    if (!kept) return refused('not-allowed');
    await this.#deps.changes.publish('appointments');
    await this.#deps.changes.publish('devices');
    return done;
  }

  /** @inheritdoc */
  drop(device: string): void {
    this.#running.get(device)?.close();
  }

  /** Ends every check; none begins any more. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const check of [...this.#running.values()]) check.close();
  }

  /** One check a laptop: this one, from now on. */
  #start(device: string): RunningCheck {
    this.drop(device);
    const { clock, lasts = longest } = this.#deps;
    const check = new RunningCheck({ clock, lasts, onClose: () => this.#running.delete(device) });
    this.#running.set(device, check);
    return check;
  }

  #stopped(check: RunningCheck, reason: 'not-allowed' | 'wrong-state' | 'failed'): Answer<never> {
    check.close();
    return refused(reason);
  }

  async #refusalOf(device: string): Promise<'not-allowed' | 'wrong-state' | undefined> {
    const { db, clock } = this.#deps;
    // SECURITY: an inert laptop sends control no picture and no sound, whatever it asks (S40).
    if ((await openedFor(db, device, clock.now())) === undefined) return 'not-allowed';
    // SECURITY: a laptop in a room sends to that room alone, as far as its phase allows (S40).
    return (await isSeated(db, device)) ? 'wrong-state' : undefined;
  }

  /** @returns false when nobody has opened the laptop */
  #keep({ id, name }: NamedDevice, report: CheckReport): Promise<boolean> {
    const { db, audit, clock } = this.#deps;
    return db.transaction().execute(async (trx) => {
      const now = clock.now();
      const appointment = await openedFor(trx, id, now);
      // SECURITY: what a laptop says of itself counts for the one appointment that people opened it for (S40).
      if (appointment === undefined) return false;
      await keepCheck(trx, { appointment, device: id }, report, now);
      const actor = { kind: 'device', id, name } as const;
      await audit.append(trx, { actor, action: 'device.checked', subject: id, detail: { verdict: verdictOf(report) } });
      return true;
    });
  }
}

function serve(media: MediaParticipant, request: MediaRequest): Promise<Answer<unknown>> {
  switch (request.method) {
    case 'room.createTransport':
      return media.createTransport(request.params);
    case 'room.connectTransport':
      return media.connectTransport(request.params);
    case 'room.produce':
      // SECURITY: a laptop has a camera and a microphone to send, never a screen (S16).
      return request.params.source === 'screen'
        ? Promise.resolve(refused('not-allowed'))
        : media.produce(request.params);
    case 'room.pauseProducer':
      return media.pauseProducer(request.params);
    case 'room.closeProducer':
      return Promise.resolve(media.closeProducer(request.params));
    case 'room.consume':
      return media.consume(request.params);
    case 'room.resumeConsumer':
      return media.resumeConsumer(request.params);
    default:
      return request satisfies never;
  }
}

const done: Answer<Record<string, never>> = { ok: true, result: {} };

function refused(
  reason: 'too-many' | 'not-allowed' | 'wrong-state' | 'failed' | 'not-connected',
  retryAfter?: number,
): Answer<never> {
  return { ok: false, refusal: retryAfter === undefined ? { reason } : { reason, retryAfter } };
}
