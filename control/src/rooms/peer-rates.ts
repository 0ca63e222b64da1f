import type { RoomRequestMethod } from '@sallyport/protocol';
import { TokenBucket, type Rate } from '../ws/token-bucket.ts';
import { isMediaMethod } from './media-requests.ts';

/** What one participant may ask of the rooms; a whole join with camera, microphone and screen takes about 20. */
const requests: Rate = { burst: 80, perSecond: 15 };
/** Joining costs database work and an audit row. */
const joins: Rate = { burst: 10, perSecond: 0.5 };
/** What people do in a room, a tap each: as much database work. */
const steps: Rate = { burst: 20, perSecond: 1 };
/** Messages to somebody who waits. */
const messages: Rate = { burst: 5, perSecond: 0.2 };
/** Refusals of one participant that are worth an audit row each; the others are only counted. */
const auditedRefusals: Rate = { burst: 20, perSecond: 0.2 };
/** A participant idle for this long is forgotten, milliseconds: every bucket is full again by then. */
const forgetAfter = 300_000;

/** What is counted of a participant. */
type Rated = 'requests' | 'joins' | 'steps' | 'messages' | 'auditedRefusals';

interface Buckets {
  of: Readonly<Record<Rated, TokenBucket>>;
  usedAt: number;
}

/** How fast each participant may ask, across its connections. */
export class PeerRates {
  readonly #now: () => number;
  readonly #peers = new Map<string, Buckets>();

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one of the peer's tokens. @returns false when there is none */
  take(peer: string, what: Rated): boolean {
    const buckets = this.#peers.get(peer) ?? this.#fresh();
    buckets.usedAt = this.#now();
    this.#peers.set(peer, buckets);
    return buckets.of[what].take();
  }

  /** Forgets those who asked for nothing in a while. */
  prune(): void {
    const oldest = this.#now() - forgetAfter;
    for (const [peer, { usedAt }] of this.#peers) if (usedAt < oldest) this.#peers.delete(peer);
  }

  #fresh(): Buckets {
    const bucket = (rate: Rate): TokenBucket => new TokenBucket(rate, this.#now);
    const of = {
      requests: bucket(requests),
      joins: bucket(joins),
      steps: bucket(steps),
      messages: bucket(messages),
      auditedRefusals: bucket(auditedRefusals),
    };
    return { of, usedAt: this.#now() };
  }
}

/** What a request is counted as, beside being a request. */
export function rateOf(method: RoomRequestMethod): Rated | undefined {
  if (method === 'room.join') return 'joins';
  if (method === 'room.message') return 'messages';
  return method === 'room.leave' || isMediaMethod(method) ? undefined : 'steps';
}
