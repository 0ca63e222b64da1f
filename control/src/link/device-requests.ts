import type { Kysely } from 'kysely';
import type { deviceRequests } from '@sallyport/protocol';
import type { DeviceRequestResult } from '@sallyport/protocol';
import type { Database } from '../db/schema.ts';
import type { Answer, RoomPeer } from '../ports.ts';
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
    if (isRoomRequest(request)) return services.rooms.handle(this.#peer, request.method, request.params);
    switch (request.method) {
      case 'trust.fetch':
        return this.#fetchTrust(request.params.afterManifest);
      case 'trust.roster':
        return this.#fetchRoster(request.params.site);
      case 'certificate.renew':
        return services.certificates.renew(this.#device, request.params.request);
      case 'activation.ended':
        await services.activations.ended(this.#device, request.params.grant, request.params.reason);
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

function isRoomRequest(request: DeviceRequest): request is RoomRequest {
  return request.method.startsWith('room.');
}
