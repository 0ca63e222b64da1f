import type { Clock, Timer } from '../platform/clock.ts';
import type { Answer, Kept, Log } from '../ports.ts';
import { isCertificateFor, isDueForRenewal } from './certificates.ts';
import { certificateRequestFor } from './device-keys.ts';
import type { KeptIdentity } from './identity.ts';

/** How often a connected laptop looks whether its certificate is due, ms. */
const checkEvery = 12 * 3_600_000;

/** What {@link CertificateRenewal} needs. */
export interface CertificateRenewalOptions {
  readonly kept: Kept<KeptIdentity>;
  /** Asks control for a certificate, both PEM. */
  readonly request: (request: string) => Promise<Answer<{ certificate: string }>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Renews the device's certificate over the link, for the same key, while it is still good. */
export class CertificateRenewal {
  readonly #options: CertificateRenewalOptions;
  #timer: Timer | undefined;

  constructor(options: CertificateRenewalOptions) {
    this.#options = options;
  }

  /**
   * Renews the certificate when it is due, and looks again later.
   * @throws the record's fault when the new one could not be made durable
   */
  async check(): Promise<void> {
    const { kept, request, clock, log } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(checkEvery, () => void this.check().catch(() => undefined));
    const { certificate, caCertificate, signingKey } = kept.value;
    if (!isDueForRenewal(certificate, clock.now())) return;
    const answer = await request(await certificateRequestFor(signingKey));
    if (!answer.ok) return;
    const renewed = answer.value.certificate;
    // SECURITY: only a certificate for our own key from the pinned authority replaces the one we have (S14).
    if (!isCertificateFor(renewed, { caCertificate, signingKey, now: clock.now() })) {
      log.warn({}, 'renewed certificate refused');
      return;
    }
    kept.update((value) => ({ ...value, certificate: renewed }));
    log.info({}, 'certificate renewed');
  }

  /** Stops looking. */
  stop(): void {
    this.#timer?.cancel();
  }
}
