import { fromBase64url } from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import type { AuditEntry } from '@sallyport/protocol';
import { textOf } from './entry-facts.ts';
import type { LineOf } from './export-lines.ts';
import { forged, type Findings, type Problem } from './findings.ts';

/** An approved statement of the export, and whether the entries have come to it. */
export interface KeptStatement<L> {
  line: L;
  bytes: Uint8Array<ArrayBuffer>;
  digest: string;
  /** An entry has used it. */
  isUsed: boolean;
  /** An entry tells how it ended. */
  isAnswered: boolean;
}

type StatementLine = LineOf<'grant'> | LineOf<'order'>;

/** The approved statements of one kind, by their id. */
export class KeptStatements<L extends StatementLine> {
  readonly #findings: Findings;
  readonly #byId = new Map<string, KeptStatement<L>>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  async add(line: L, number: number): Promise<void> {
    const bytes = fromBase64url(line.statement);
    if (bytes === undefined || this.#byId.has(line.id)) {
      const words = `The ${line.kind} ${line.id} is malformed, or stands twice`;
      this.#findings.add({ code: 'malformed', line: number, words });
      return;
    }
    this.#byId.set(line.id, { line, bytes, digest: await digestOf(bytes), isUsed: false, isAnswered: false });
  }

  find(id: string | undefined): KeptStatement<L> | undefined {
    return this.#byId.get(id ?? '');
  }

  all(): Iterable<KeptStatement<L>> {
    return this.#byId.values();
  }

  /** The statement that an entry says was used, which it was not before; or what is wrong. */
  use(entry: AuditEntry, id: string | undefined): KeptStatement<L> | Problem {
    const kept = this.find(id);
    if (kept === undefined || kept.digest !== textOf(entry, 'statement')) {
      return forged('has no approved statement: nobody’s approval of it is in the export');
    }
    if (kept.isUsed) return forged('uses a statement that was used before');
    kept.isUsed = true;
    return kept;
  }
}

/** The highest sequence number so far of each laptop. */
export class Sequences {
  readonly #highest = new Map<string, number>();

  /** Notes a laptop's next number. @returns the highest before it; 0 when there was none */
  next(device: string, sequence: number): number {
    const before = this.#highest.get(device) ?? 0;
    this.#highest.set(device, Math.max(before, sequence));
    return before;
  }
}
