import { join } from 'node:path';
import type { Files } from '../platform/files.ts';
import type { Random } from '../platform/random.ts';
import { KeyStoreFault } from './key-store.ts';
import { OUR_ATTRIBUTES, parseIndices, SECRET_LENGTH } from './tpm-indices.ts';
import type { TpmIndex } from './tpm-indices.ts';
import type { RunTpmProgram, TpmAnswer, TpmProgram } from './tpm-programs.ts';
import { FULL_OF_SESSIONS, faultOfResponse } from './tpm-programs.ts';

/** As tpm2-tools make a storage key, and in use while the chip locks itself against guesses (noda). */
const SESSION_KEY = 'restricted|decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda';

/** What {@link TpmChip} is made of. */
export interface TpmChipParts {
  readonly run: RunTpmProgram;
  /** Numbers of the platform configuration registers (SHA-256) that secrets are bound to; at least one. */
  readonly registers: readonly number[];
  readonly files: Pick<Files, 'makeDirectory' | 'remove'>;
  readonly random: Random;
  /** A folder in memory, for the short life of a session's context. */
  readonly memory: string;
}

/** An encrypted conversation with the chip that holds today's start of the machine against what a secret is bound to. */
export interface TpmSession {
  /** Digest of the policy that today's start satisfies, lower-case hexadecimal. */
  readonly policy: string;
  /** Defines an index bound to today's start. @throws KeyStoreFault */
  define(handle: number): void;
  /** Writes a secret in one step: afterwards the index holds all of it, or what it held before. @throws KeyStoreFault */
  write(handle: number, secret: Uint8Array): void;
  /** Reads a secret, the caller's to zero. @throws KeyStoreFault */
  read(handle: number): Uint8Array;
}

/** A security chip (TPM 2.0), by way of tpm2-tools. */
export class TpmChip {
  readonly #parts: TpmChipParts;

  constructor(parts: TpmChipParts) {
    this.#parts = parts;
  }

  /** Asks the chip for its whole list of indices. @throws KeyStoreFault when it does not answer */
  indices(): ReadonlyMap<number, TpmIndex> {
    return parseIndices(this.#text('nvreadpublic', []));
  }

  /** Destroys an index, whoever defined it. @throws KeyStoreFault when the chip refuses */
  undefine(handle: number): void {
    this.#do('nvundefine', ['--hierarchy=o', hexadecimal(handle)]);
  }

  /**
   * Says whether something was measured into every register: one that still is as at power-on binds to nothing, and so
   * does one of a bank that the chip does not keep.
   * @throws KeyStoreFault when the chip does not answer
   */
  isMeasured(): boolean {
    const values = this.#text('pcrread', [this.#selection]).matchAll(/^ +(\d+) *: 0x([0-9A-F]{64})$/gm);
    const measured = new Set([...values].filter(([, , value]) => /[^0]/.test(value ?? '')).map(([, at]) => Number(at)));
    return this.#parts.registers.every((register) => measured.has(register));
  }

  /** Holds a session open for what `use` does. @throws KeyStoreFault */
  inSession<T>(use: (session: TpmSession) => T): T {
    const { files, random, memory } = this.#parts;
    const folder = join(memory, `sallyport-${Buffer.from(random.bytes(16)).toString('hex')}`);
    orMissing(() => files.makeDirectory(folder));
    const context = join(folder, 'session');
    try {
      this.#start(folder, context);
      return use(this.#session(folder, context));
    } finally {
      this.#parts.run('flushcontext', [context]);
      orMissing(() => files.remove(folder));
    }
  }

  get #selection(): string {
    return `sha256:${this.#parts.registers.join(',')}`;
  }

  /**
   * SECURITY: what goes to the chip and back is encrypted under a key agreed with a key of the chip, so that a probe that
   * listens on the board's wires hears no secret (S32).
   */
  #start(folder: string, context: string): void {
    const primary = join(folder, 'primary');
    const start = ['--policy-session', `--key-context=${primary}`, `--session=${context}`];
    const kind = ['--hierarchy=n', '--key-algorithm=ecc', `--attributes=${SESSION_KEY}`];
    this.#do('createprimary', ['--quiet', ...kind, `--key-context=${primary}`]);
    this.#flushObjects();
    this.#do('startauthsession', start);
    this.#flushObjects();
  }

  /** The kernel forgets a program's objects when it ends; a chip without such a manager in front of it does not. */
  #flushObjects(): void {
    this.#parts.run('flushcontext', ['--transient-object']);
  }

  #session(folder: string, context: string): TpmSession {
    const digest = join(folder, 'policy');
    const session = `--session=${context}`;
    const hold = (): string =>
      this.#text('policypcr', [session, `--pcr-list=${this.#selection}`, `--policy=${digest}`]).trim();
    const policy = hold();
    let isHeld = true;
    /** What was held against the registers is used up by whatever it authorises; held twice, it is another policy. */
    const authorise = <T>(use: () => T): T => {
      if (!isHeld) hold();
      isHeld = false;
      return use();
    };
    const asPolicy = (handle: number): string[] => [
      `--hierarchy=${hexadecimal(handle)}`,
      `--auth=session:${context}`,
      hexadecimal(handle),
    ];
    return {
      policy,
      define: (handle) => {
        const kind = [`--attributes=${OUR_ATTRIBUTES}`, '--hash-algorithm=sha256', `--size=${SECRET_LENGTH}`];
        this.#do('nvdefine', ['--hierarchy=o', ...kind, `--policy=${digest}`, hexadecimal(handle)]);
      },
      write: (handle, secret) => authorise(() => void this.#do('nvwrite', ['--input=-', ...asPolicy(handle)], secret)),
      read: (handle) => authorise(() => this.#readSecret(asPolicy(handle))),
    };
  }

  #readSecret(args: readonly string[]): Uint8Array {
    const output = this.#do('nvread', [`--size=${SECRET_LENGTH}`, ...args]);
    const secret = Uint8Array.from(output);
    output.fill(0);
    if (secret.length !== SECRET_LENGTH) throw new KeyStoreFault('missing');
    return secret;
  }

  #text(program: TpmProgram, args: readonly string[]): string {
    return this.#do(program, args).toString('utf8');
  }

  #do(program: TpmProgram, args: readonly string[], input?: Uint8Array): Buffer {
    const answer = this.#answer(program, args, input);
    if (answer.outcome === 'refused') throw faultOfResponse(answer.code);
    return answer.output;
  }

  /** Whoever is killed in the middle leaves a session behind, and the chip has room for few; it is asked again then. */
  #answer(program: TpmProgram, args: readonly string[], input?: Uint8Array): TpmAnswer {
    const answer = this.#parts.run(program, args, input);
    if (answer.outcome === 'done' || !FULL_OF_SESSIONS.includes(answer.code)) return answer;
    this.#parts.run('flushcontext', ['--saved-session']);
    return this.#parts.run(program, args, input);
  }
}

/** Without memory to keep a session in, there is no way to the chip. */
function orMissing(attempt: () => void): void {
  try {
    attempt();
  } catch {
    throw new KeyStoreFault('missing');
  }
}

function hexadecimal(handle: number): string {
  return `0x${handle.toString(16).padStart(8, '0')}`;
}
