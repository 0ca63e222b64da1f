/** What kind of thing is wrong. */
export type FindingCode =
  /** A line is none, or stands where it cannot. */
  | 'malformed'
  /** Something is not there that must have been. */
  | 'removed'
  /** Something is not what was hashed, signed or approved. */
  | 'altered'
  /** Something stands in another's place, or twice. */
  | 'reordered'
  /** Something is there that nobody signed or approved as they must. */
  | 'forged'
  /** The whole is another one than was witnessed. */
  | 'rewritten';

/** Something that is wrong, in words; with an entry in front they go on after "Entry 7". */
export interface Problem {
  code: FindingCode;
  words: string;
}

/** One thing that is wrong with an export. */
export interface Finding extends Problem {
  /** The entry, or the first of several, that it is about. */
  entry?: number;
  /** The line of the file. */
  line?: number;
}

/** Most findings that are listed; whoever breaks everything need not fill a disk. */
const listed = 500;

/** Collects what is wrong, and what could not be looked into. */
export class Findings {
  readonly #found: Finding[] = [];
  readonly #unchecked: string[] = [];
  #count = 0;

  /** Notes that something is wrong. */
  add(finding: Finding): void {
    this.#count += 1;
    if (this.#found.length < listed) this.#found.push(finding);
  }

  /** Notes what is wrong with an entry, if anything is. */
  addOf({ number }: { number: number }, problem: Problem | undefined): void {
    if (problem !== undefined) this.add({ ...problem, entry: number });
  }

  /** Notes that something could not be checked, once. */
  leaveOpen(words: string): void {
    if (!this.#unchecked.includes(words)) this.#unchecked.push(words);
  }

  /** How many there are, listed or not. */
  get count(): number {
    return this.#count;
  }

  get found(): readonly Finding[] {
    return this.#found;
  }

  get unchecked(): readonly string[] {
    return this.#unchecked;
  }
}

/** It is there, and nobody signed or approved it as they must. */
export function forged(words: string): Problem {
  return { code: 'forged', words };
}

/** It is not what was hashed, signed or approved. */
export function altered(words: string): Problem {
  return { code: 'altered', words };
}

/** It must have been there. */
export function removed(words: string): Problem {
  return { code: 'removed', words };
}
