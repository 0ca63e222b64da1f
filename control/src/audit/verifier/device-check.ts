import { createHash } from 'node:crypto';
import {
  deviceChainGenesis,
  deviceEvent,
  deviceEventHash,
  encodeDeviceHead,
  fromBase64url,
  isSignedBy,
  toBase64url,
} from '@sallyport/protocol';
import type { AuditEntry, DeviceEvent } from '@sallyport/protocol';
import { rangeOf, textOf } from './entry-facts.ts';
import type { LineOf } from './export-lines.ts';
import { altered, forged, removed, type Findings, type Problem } from './findings.ts';

const reported = 'device.reported-';

/** One laptop: its key, who vouches for it, and its own chain as the entries tell it. */
interface Laptop {
  key: Uint8Array<ArrayBuffer>;
  name: string | undefined;
  /** An approved grant names this key. */
  isAnchored: boolean;
  /** What it signed, by the number of its event. */
  heads: Map<number, { hash: string; signature: string }>;
  number: number;
  hash: string;
  /** Entries of its events since the last head that it signed. */
  unsigned: number[];
}

/** The laptops: whose keys they are, and whether what they are said to have reported is what they signed. */
export class DeviceCheck {
  readonly #findings: Findings;
  readonly #laptops = new Map<string, Laptop>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  addDevice({ id, publicKey }: LineOf<'device'>, line: number): void {
    const key = fromBase64url(publicKey);
    if (key === undefined || this.#laptops.has(id)) {
      this.#findings.add({ code: 'malformed', line, words: `The key of laptop ${id} is malformed, or stands twice` });
      return;
    }
    const chain = { number: 0, hash: deviceChainGenesis, unsigned: [] };
    this.#laptops.set(id, { key, name: undefined, isAnchored: false, heads: new Map(), ...chain });
  }

  addHead({ device, number, hash, signature }: LineOf<'head'>, line: number): void {
    const laptop = this.#laptops.get(device);
    if (laptop === undefined || laptop.heads.has(number)) {
      const words = `A signature of laptop ${device} over event ${number} is of no laptop of the export, or stands twice`;
      this.#findings.add({ code: 'forged', line, words });
      return;
    }
    laptop.heads.set(number, { hash, signature });
  }

  /** A laptop as people call it. */
  nameOf(id: string): string {
    return this.#laptops.get(id)?.name ?? id;
  }

  /** Whether a laptop's key signed these bytes; false also when the export has no such laptop. */
  async isSigned(id: string, bytes: Uint8Array<ArrayBuffer>, signature: string): Promise<boolean> {
    const laptop = this.#laptops.get(id);
    return laptop !== undefined && isSignedBy(laptop.key, bytes, signature);
  }

  /** People approved a grant that names a laptop's key. @returns what is wrong when it is another one than the export's */
  vouch(id: string, keyDigest: string): Problem | undefined {
    const laptop = this.#laptops.get(id);
    if (laptop === undefined || createHash('sha256').update(laptop.key).digest('base64url') !== keyDigest) {
      return forged(
        `rests on another key of laptop ${this.nameOf(id)} than the export has: people approved another one`,
      );
    }
    laptop.isAnchored = true;
    return undefined;
  }

  /** Follows what entries say of laptops' keys and events. */
  async follow(entry: AuditEntry): Promise<void> {
    if (entry.action === 'device.enrolled') this.#findings.addOf(entry, this.#enrolled(entry));
    if (entry.action.startsWith(reported)) await this.#reported(entry);
  }

  /** Names what is missing at the end of each laptop's chain, and which keys nobody vouched for. */
  finish(): void {
    for (const [id, laptop] of this.#laptops) {
      const name = this.nameOf(id);
      const [first] = laptop.unsigned;
      if (first !== undefined) {
        this.#findings.addOf(
          { number: first },
          forged(`is said to be reported by laptop ${name}, which did not sign it`),
        );
      }
      const beyond = Math.max(...laptop.heads.keys());
      if (beyond > laptop.number) {
        const words = `Laptop ${name} signed ${beyond} events, and the record ends with its event ${laptop.number}: entries were removed`;
        this.#findings.add(removed(words));
      }
      if (laptop.isAnchored || laptop.heads.size === 0) continue;
      this.#findings.leaveOpen(
        `Whether laptop ${name} has this key: it was never opened, so no person has approved it.`,
      );
    }
  }

  #enrolled(entry: AuditEntry): Problem | undefined {
    const laptop = this.#laptops.get(entry.subject ?? '');
    if (laptop === undefined || textOf(entry, 'publicKey') !== toBase64url(laptop.key)) {
      return forged('enrols a laptop that the export does not have, or has with another key');
    }
    laptop.name = entry.actor.name;
    return undefined;
  }

  async #reported(entry: AuditEntry): Promise<void> {
    const { actor, subject } = entry;
    const laptop = this.#laptops.get(subject ?? '');
    const event = eventOf(entry);
    if (laptop === undefined || event === undefined || actor.kind !== 'device' || subject !== actor.id) {
      this.#findings.addOf(entry, forged('is no report as laptops make them, or of no laptop of the export'));
      return;
    }
    this.#findings.addOf(entry, await this.#linkOf(entry, laptop, event));
    if (event.number <= laptop.number) return;
    laptop.number = event.number;
    laptop.hash = textOf(entry, 'hash') ?? '';
    laptop.unsigned.push(entry.number);
    this.#findings.addOf(entry, await this.#signatureOf(laptop, entry));
  }

  /** Whether an event is the next of its laptop's chain. */
  async #linkOf(entry: AuditEntry, laptop: Laptop, event: DeviceEvent): Promise<Problem | undefined> {
    const { name } = entry.actor;
    if (event.number <= laptop.number) {
      const words = `gives event ${event.number} of laptop ${name} in another place, or a second time`;
      return { code: 'reordered', words };
    }
    if (event.number > laptop.number + 1) {
      return removed(
        `comes after a hole: events ${rangeOf(laptop.number + 1, event.number - 1)} of laptop ${name} were removed`,
      );
    }
    const hash = await deviceEventHash(entry.subject ?? '', event, laptop.hash);
    return hash === textOf(entry, 'hash')
      ? undefined
      : altered(`was altered: it is not what laptop ${name} reported as its event ${event.number}`);
  }

  /** Whether the laptop signed its chain up to here, where the export says that it did. */
  async #signatureOf(laptop: Laptop, { subject, actor }: AuditEntry): Promise<Problem | undefined> {
    const head = laptop.heads.get(laptop.number);
    if (head === undefined) return undefined;
    const reports = laptop.unsigned.splice(0).join(', ');
    const bytes = encodeDeviceHead({ device: subject ?? '', number: laptop.number, hash: head.hash });
    if (!(await isSignedBy(laptop.key, bytes, head.signature))) {
      return forged(`is said to be signed by laptop ${actor.name} as its event ${laptop.number}, and is not`);
    }
    if (head.hash === laptop.hash) return undefined;
    return altered(`is not what laptop ${actor.name} signed: one of its reports in entries ${reports} was altered`);
  }
}

/** The event of a laptop that an entry tells, as the laptop hashed it. */
function eventOf({ action, detail }: AuditEntry): DeviceEvent | undefined {
  const { number, at, detail: words } = detail;
  const event = action.slice(reported.length);
  const parsed = deviceEvent.safeParse({ number, at, event, ...(words === null ? {} : { detail: words }) });
  return parsed.success ? parsed.data : undefined;
}
