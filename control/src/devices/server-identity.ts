import type { Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { Clock } from '../ports.ts';
import { serverCertificateLife } from './device-ca.ts';
import type { DeviceCa, ServerCertificate } from './device-ca.ts';

/** What a device port asks of TLS. */
export interface ServerTls {
  key: string;
  cert: string;
  minVersion: 'TLSv1.3';
  maxVersion: 'TLSv1.3';
}

/** Checked this often; a certificate is renewed when less than a third of its life is left, ms. */
const checkEvery = 60 * 60_000;

/**
 * Control's own certificate for its device ports: issued in this process, its key never leaves memory, renewed without
 * dropping a connection.
 */
export class ServerIdentity {
  readonly #ca: DeviceCa;
  readonly #clock: Clock;
  readonly #renewals = new Map<Server, () => void>();
  readonly #timer: NodeJS.Timeout;
  readonly #onFault: (error: unknown) => void;
  #current: ServerCertificate;

  private constructor(ca: DeviceCa, clock: Clock, onFault: (error: unknown) => void, first: ServerCertificate) {
    this.#ca = ca;
    this.#clock = clock;
    this.#onFault = onFault;
    this.#current = first;
    this.#timer = setInterval(() => void this.#check(), checkEvery);
    this.#timer.unref();
  }

  /** Issues the first certificate and begins to watch its age. @param onFault told when a renewal fails */
  static async create(deps: { ca: DeviceCa; clock: Clock; onFault(error: unknown): void }): Promise<ServerIdentity> {
    return new ServerIdentity(deps.ca, deps.clock, (error) => deps.onFault(error), await deps.ca.issueServer());
  }

  /** The TLS options of a device port at this moment. */
  options(): ServerTls {
    // SECURITY: TLS 1.3 only, on every device port (S14).
    return { key: this.#current.key, cert: this.#current.chain, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' };
  }

  /**
   * Keeps a port supplied with the current certificate until it closes.
   * @param extra the port's other TLS options: a new context replaces them all
   */
  supply(server: Server, extra: SecureContextOptions = {}): void {
    this.#renewals.set(server, () => server.setSecureContext({ ...this.options(), ...extra }));
    server.once('close', () => this.#renewals.delete(server));
  }

  /** Renews when it is time. @returns whether it did */
  async renewIfDue(): Promise<boolean> {
    const left = this.#current.notAfter.getTime() - this.#clock.now();
    if (left > serverCertificateLife / 3) return false;
    this.#current = await this.#ca.issueServer();
    for (const renew of this.#renewals.values()) renew();
    return true;
  }

  /** Stops watching. Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    try {
      await this.renewIfDue();
    } catch (error) {
      this.#onFault(error);
    }
  }
}
