import type { AuditEntry } from '@sallyport/protocol';
import { genesis, hashOf } from '../chain.ts';
import { rangeOf } from './entry-facts.ts';
import type { Findings } from './findings.ts';

/** Follows the hash chain: numbers without a hole, each entry naming the one before, each hash what its entry says. */
export class ChainCheck {
  readonly #findings: Findings;
  #number = 0;
  #hash = genesis;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** The last number of the chain. */
  get number(): number {
    return this.#number;
  }

  /** @returns whether the entry has the next place; one that has not is in no tree */
  follow(entry: AuditEntry): boolean {
    const expected = this.#number + 1;
    const { number } = entry;
    if (number < expected) {
      const words = 'stands in another place than its number says, or a second time';
      this.#findings.add({ code: 'reordered', entry: number, words });
      return false;
    }
    if (number > expected) this.#missing(expected, number - 1);
    else if (entry.previous !== this.#hash) this.#unlinked(number);
    if (hashOf(entry) !== entry.hash) {
      this.#findings.add({
        code: 'altered',
        entry: number,
        words: 'was altered: its hash is not that of what it says',
      });
    }
    this.#number = number;
    this.#hash = entry.hash;
    return true;
  }

  #missing(first: number, last: number): void {
    const words = first === last ? 'was removed' : `was removed, with all up to ${last}`;
    this.#findings.add({ code: 'removed', entry: first, words });
  }

  #unlinked(number: number): void {
    const words =
      number === 1
        ? 'does not begin the record: what it names as the one before was removed'
        : `does not follow the one before it: one of ${rangeOf(number - 1, number)} was moved or replaced`;
    this.#findings.add({ code: 'reordered', entry: number, words });
  }
}
