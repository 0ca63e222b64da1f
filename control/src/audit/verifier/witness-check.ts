import { decodeCheckpoint, fromBase64url, verifyCheckpoint } from '@sallyport/protocol';
import type { Checkpoint } from '@sallyport/protocol';
import type { DeviceCheck } from './device-check.ts';
import type { LineOf } from './export-lines.ts';
import type { Findings } from './findings.ts';
import type { TrustCheck } from './trust-check.ts';

/** Who says what the root of so many entries was. */
type Witness = { kind: 'control' } | { kind: 'laptop'; id: string; isKept: boolean } | { kind: 'own' };

interface Claim {
  size: number;
  root: string;
  witness: Witness;
}

/** A claim that the entries do not bear out. */
interface Contradiction extends Claim {
  /** The entries before this one are as a witness saw them. */
  from: number;
}

/** Signed and countersigned heads of the tree, and whether the entries are what they were signed over. */
export class WitnessCheck {
  readonly #findings: Findings;
  readonly #trust: TrustCheck;
  readonly #devices: DeviceCheck;
  readonly #claims = new Map<number, Claim[]>();
  /** Hashes of entries as an earlier export had them. */
  readonly #earlier = new Map<number, string>();
  readonly #contradictions: Contradiction[] = [];
  /** The newest checkpoint each laptop countersigned. */
  readonly #newest = new Map<string, Checkpoint>();
  /** As far as this a laptop has countersigned what is here. */
  #witnessed = 0;
  /** As far as this the entries are what a laptop, or whoever checks, has seen. */
  #seen = 0;
  /** An entry is another one than an earlier export has; those after it are then as well. */
  #differs = false;

  constructor(findings: Findings, trust: TrustCheck, devices: DeviceCheck) {
    this.#findings = findings;
    this.#trust = trust;
    this.#devices = devices;
  }

  async addCheckpoint(signed: LineOf<'checkpoint'>, line?: number): Promise<void> {
    const checkpoint = await this.#verified(signed);
    if (checkpoint !== undefined) this.#claim(checkpoint, { kind: 'control' });
    else this.#forged('A checkpoint is not signed by the fleet’s audit key', line);
  }

  /** @param isKept whether it comes from whoever checks, not from the export */
  async addCountersignature(signed: LineOf<'countersignature'>, isKept: boolean, line?: number): Promise<void> {
    const { device, signature } = signed;
    const bytes = fromBase64url(signed.checkpoint);
    const checkpoint = bytes && decodeCheckpoint(bytes);
    const isTheirs = bytes !== undefined && (await this.#devices.isSigned(device, bytes, signature));
    if (!isTheirs || checkpoint === undefined || checkpoint.fleet !== this.#trust.fleet) {
      const what = isKept ? 'A countersignature that you kept' : 'A countersignature';
      this.#forged(
        `${what} is not by laptop ${device}, which it names: it, or the checkpoint under it, was replaced`,
        line,
      );
      return;
    }
    this.#claim(checkpoint, { kind: 'laptop', id: device, isKept });
    if (checkpoint.size >= (this.#newest.get(device)?.size ?? 0)) this.#newest.set(device, checkpoint);
  }

  /** A head that whoever checks has read from a laptop. */
  addHead(head: { size: number; root: string }): void {
    this.#claim(head, { kind: 'own' });
  }

  /** An entry's hash as an earlier export had it. */
  addEarlier(number: number, hash: string): void {
    this.#earlier.set(number, hash);
  }

  /** Whether somebody says what the root of so many entries was. */
  isAwaited(size: number): boolean {
    return this.#claims.has(size);
  }

  /** Compares the root of the first `size` entries with what was said of it. */
  compare(size: number, root: string): void {
    const claims = this.#claims.get(size) ?? [];
    for (const claim of claims.filter((one) => one.root !== root)) {
      this.#contradictions.push({ ...claim, from: this.#seen + 1 });
    }
    if (claims.some((one) => one.root === root && one.witness.kind !== 'control')) {
      this.#witnessed = size;
      this.#seen = size;
    }
    this.#claims.delete(size);
  }

  /** Compares an entry with what an earlier export had in its place. */
  compareEntry(number: number, hash: string): void {
    const earlier = this.#earlier.get(number);
    this.#earlier.delete(number);
    if (earlier === hash) this.#seen = number;
    if (earlier === undefined || earlier === hash || this.#differs) return;
    this.#differs = true;
    const words =
      'is another entry than the earlier export has there: it was altered, moved or put in, or the one there was removed';
    this.#findings.add({ code: 'rewritten', entry: number, words });
  }

  /** Names what does not fit, the first for each witness. @param size how many entries there are */
  finish(size: number): void {
    const named = new Set<string>();
    for (const contradiction of this.#contradictions) {
      const who = this.#nameOf(contradiction.witness);
      if (!named.has(who)) this.#contradicted(who, contradiction);
      named.add(who);
    }
    const beyond = [...this.#claims.values()].flat();
    for (const claim of beyond) {
      const who = this.#nameOf(claim.witness);
      if (!named.has(who)) this.#cutShort(who, claim, size);
      named.add(who);
    }
    if (beyond.length === 0 && this.#earlier.size > 0) {
      this.#cutShort('An earlier export', { size: this.#last() }, size);
    }
    this.#leaveOpen(size);
  }

  #last(): number {
    return Math.max(...this.#earlier.keys());
  }

  #contradicted(who: string, { from, size }: Contradiction): void {
    const words =
      from === size
        ? `was removed, altered, moved or put in: ${who} signed another record of ${size} entries`
        : `or one of those up to ${size} was removed, altered, moved or put in: ${who} signed another record of ${size} entries`;
    this.#findings.add({ code: 'rewritten', entry: from, words });
  }

  #cutShort(who: string, { size }: Pick<Claim, 'size'>, entries: number): void {
    const words = `was removed, with all up to ${size}: ${who} has a record of ${size} entries, and this one ends with ${entries}`;
    this.#findings.add({ code: 'removed', entry: entries + 1, words });
  }

  #leaveOpen(size: number): void {
    if (this.#witnessed === size) return;
    const which = this.#witnessed === 0 ? 'any of the entries' : `the entries after ${this.#witnessed}`;
    this.#findings.leaveOpen(
      `Whether control has rewritten ${which}: no laptop has countersigned them, so only control’s own signature speaks for them.`,
    );
  }

  /** What each laptop countersigned last, in words. */
  get newest(): string[] {
    return [...this.#newest].map(([id, { size, at }]) => {
      return `Laptop ${this.#devices.nameOf(id)} last countersigned ${size} entries, as of ${new Date(at).toISOString()}.`;
    });
  }

  #nameOf(witness: Witness): string {
    switch (witness.kind) {
      case 'control':
        return 'control itself';
      case 'own':
        return 'the laptop whose head you gave';
      case 'laptop':
        return `laptop ${this.#devices.nameOf(witness.id)}${witness.isKept ? ' (by what you kept)' : ''}`;
      default:
        return witness satisfies never;
    }
  }

  #claim({ size, root }: { size: number; root: string }, witness: Witness): void {
    this.#claims.set(size, [...(this.#claims.get(size) ?? []), { size, root, witness }]);
  }

  async #verified(signed: Pick<LineOf<'checkpoint'>, 'checkpoint' | 'signature'>): Promise<Checkpoint | undefined> {
    for (const key of this.#trust.auditKeys) {
      const checkpoint = await verifyCheckpoint(signed, key);
      if (checkpoint?.fleet === this.#trust.fleet) return checkpoint;
    }
    return undefined;
  }

  #forged(words: string, line: number | undefined): void {
    this.#findings.add({ code: 'forged', words, ...(line === undefined ? {} : { line }) });
  }
}
