import type { Kysely } from 'kysely';
import type { deviceRequests } from '@sallyport/protocol';
import type { DeviceRequestResult } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Answer, MediaRequest, RoomPeer } from '../ports.ts';
import type { RequestOf } from '../ws/channel.ts';
import { TokenBucket } from '../ws/token-bucket.ts';
import type { LinkedDevice, LinkServices } from './link-services.ts';

/** One parsed request of a laptop. */
export type DeviceRequest = RequestOf<typeof deviceRequests>;

export interface DeviceRequestDeps {
  db: Kysely<Database>;
  services: LinkServices;
}

/** All that a laptop may ask whose share control destroyed: what it needs to obey its order and to prove that it did. */
const allowedWhenDestroyed: readonly DeviceRequest['method'][] = ['erasure.report', 'trust.fetch'];

/** How often one laptop may write to the record, or have control sign it. */
const reportRate = { burst: 30, perSecond: 2 };
const rated: readonly DeviceRequest['method'][] = ['record.report', 'audit.checkpoint', 'audit.countersign'];

/** Answers one laptop's requests. */
export class DeviceRequests {
  readonly #deps: DeviceRequestDeps;
  readonly #device: LinkedDevice;
  readonly #peer: RoomPeer;
  readonly #reports = new TokenBucket(reportRate, () => performance.now());

  constructor(deps: DeviceRequestDeps, device: LinkedDevice, peer: RoomPeer) {
    this.#deps = deps;
    this.#device = device;
    this.#peer = peer;
  }

  /** Answers one request; refuses what a laptop with a destroyed share may not ask. */
  async answer(request: DeviceRequest): Promise<Answer<unknown>> {
    // SECURITY: asked of the database each time, so that a brick order ends everything else at once (S9).
    if (!allowedWhenDestroyed.includes(request.method) && (await this.#isShareDestroyed())) {
      return { ok: false, refusal: { reason: 'not-allowed' } };
    }
    if (rated.includes(request.method) && !this.#reports.take()) {
      return { ok: false, refusal: { reason: 'too-many', retryAfter: 1 } };
    }
    return this.#answer(request);
  }

  async #isShareDestroyed(): Promise<boolean> {
    const row = await this.#deps.db
      .selectFrom('devices')
      .select('share_destroyed_at')
      .where('id', '=', this.#device.id)
      .executeTakeFirst();
    return row === undefined || row.share_destroyed_at !== null;
  }

  async #answer(request: DeviceRequest): Promise<Answer<unknown>> {
    const { services } = this.#deps;
    if (isLiveRequest(request)) return this.#answerLive(request);
    switch (request.method) {
      case 'trust.fetch':
        return this.#fetchTrust(request.params.afterManifest);
      case 'trust.roster':
        return this.#fetchRoster(request.params.site);
      case 'certificate.renew':
        return services.certificates.renew(this.#device, request.params.request);
      case 'activation.ended':
        try {
          await services.activations.ended(this.#device, request.params.grant, request.params.reason);
        } finally {
          services.checks.drop(this.#device.id);
        }
        await services.rooms.leave({ kind: 'device', id: this.#device.id }, 'device-locked');
        return { ok: true, result: {} };
      case 'record.report':
        return services.deviceRecord.report(this.#device, request.params);
      case 'audit.checkpoint':
        return services.deviceRecord.checkpoint(this.#device, request.params);
      case 'audit.countersign':
        return services.deviceRecord.countersign(this.#device, request.params);
      case 'erasure.report':
        return services.erasures.accept(request.params);
      default:
        return request satisfies never;
    }
  }

  async #answerLive(request: LiveRequest): Promise<Answer<unknown>> {
    const { checks } = this.#deps.services;
    if (request.method === 'check.begin') return checks.begin(this.#device);
    if (request.method === 'check.end') return checks.end(this.#device, request.params.report);
    return this.#answerRoom(request);
  }

  /** Media is the check's while the laptop is in one, and the room's otherwise. */
  async #answerRoom(request: RoomRequest): Promise<Answer<unknown>> {
    const { checks, rooms } = this.#deps.services;
    if (isMediaRequest(request)) {
      return checks.handle(this.#device, request) ?? rooms.handle(this.#peer, request.method, request.params);
    }
    if (request.method !== 'room.join') return rooms.handle(this.#peer, request.method, request.params);
    // SECURITY: a laptop is in a check or in a room, never in both: also not in a check that began during the join (S40).
    checks.drop(this.#device.id);
    try {
      return await rooms.handle(this.#peer, request.method, request.params);
    } finally {
      checks.drop(this.#device.id);
    }
  }

  async #fetchTrust(afterManifest: number): Promise<Answer<DeviceRequestResult<'trust.fetch'>>> {
    const { trust } = this.#deps.services;
    const { manifests, more } = await trust.manifestsAfter(afterManifest);
    return { ok: true, result: { manifests, more, rosters: await trust.rostersFor(this.#device) } };
  }

  async #fetchRoster(site: string): Promise<Answer<DeviceRequestResult<'trust.roster'>>> {
    const { trust } = this.#deps.services;
    const { manifest } = await trust.manifest();
    const isHospital = manifest.sites.some(({ id, kind }) => id === site && kind === 'hospital');
    // SECURITY: other prisons' staff are none of this laptop's business (S15).
    const found = site === this.#device.site || isHospital ? await trust.roster(site) : undefined;
    if (found === undefined) return { ok: false, refusal: { reason: 'not-found' } };
    return { ok: true, result: { roster: found.approved } };
  }
}

type RoomRequest = Extract<DeviceRequest, { method: `room.${string}` }>;

function isMediaRequest(request: RoomRequest): request is RoomRequest & MediaRequest {
  return mediaMethods.has(request.method);
}

const mediaMethods: ReadonlySet<RoomRequest['method']> = new Set<MediaRequest['method']>([
  'room.createTransport',
  'room.connectTransport',
  'room.produce',
  'room.pauseProducer',
  'room.closeProducer',
  'room.consume',
  'room.resumeConsumer',
]);

/** What concerns a room or a check. */
type LiveRequest = RoomRequest | Extract<DeviceRequest, { method: `check.${string}` }>;

function isLiveRequest(request: DeviceRequest): request is LiveRequest {
  return /^(?:room|check)\./.test(request.method);
}
