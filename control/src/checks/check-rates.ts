import { TokenBucket, type Rate } from '../ws/token-bucket.ts';

/** How often one laptop may begin a check, and report one: six times a minute. */
const rates = {
  begins: { burst: 6, perSecond: 0.1 },
  reports: { burst: 6, perSecond: 0.1 },
  /** Requests about media; a whole check takes about ten. */
  requests: { burst: 40, perSecond: 5 },
} as const satisfies Record<string, Rate>;
type Kind = keyof typeof rates;

/** A laptop idle for this long is forgotten, milliseconds: every bucket is full again by then. */
const forgetAfter = 120_000;

interface Buckets {
  usedAt: number;
  of: Record<Kind, TokenBucket>;
}

/** How fast each laptop may ask about checks, across its connections. */
export class CheckRates {
  readonly #now: () => number;
  readonly #devices = new Map<string, Buckets>();

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one of a laptop's tokens. @returns false when there is none */
  take(device: string, what: Kind): boolean {
    this.#prune();
    const buckets = this.#devices.get(device) ?? this.#fresh();
    buckets.usedAt = this.#now();
    this.#devices.set(device, buckets);
    return buckets.of[what].take();
  }

  #prune(): void {
    const oldest = this.#now() - forgetAfter;
    for (const [device, { usedAt }] of this.#devices) if (usedAt < oldest) this.#devices.delete(device);
  }

  #fresh(): Buckets {
    const bucket = (kind: Kind): TokenBucket => new TokenBucket(rates[kind], this.#now);
    const of = { begins: bucket('begins'), reports: bucket('reports'), requests: bucket('requests') };
    return { usedAt: this.#now(), of };
  }
}
