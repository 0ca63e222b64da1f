import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The model's folder, absolute. */
export const modelFolder = import.meta.dirname;

/** How much happens in a search; each name stands, with its meaning, at the top of sallyport.pml. */
export type Bounds = Readonly<
  Partial<
    Record<
      'LAPTOPS' | 'GRANTS' | 'ORDERS' | 'SEQUENCES' | 'MANIFESTS' | 'ROSTERS' | 'CUTS' | 'ROOMS' | 'LEASES' | 'DAMAGE',
      number
    >
  >
>;

/** What Pan says of a search. */
export interface Outcome {
  /** The promise it found broken; undefined when all are kept as far as it searched. */
  readonly broken: string | undefined;
  /** Different situations it has been in. */
  readonly states: number;
  /** Whether there is nothing within the bounds that it has not been in. */
  readonly isWhole: boolean;
  /** Lines of lifecycle.pml whose transition it never came to, once for each process that holds the table. */
  readonly unreached: readonly number[];
  /** All it said, for whoever looks into a failure. */
  readonly output: string;
}

/** Deeper than the longest way without a repetition; Pan says when it is not. */
const searchDepth = 200_000;
const memoryLimitMegabytes = 3000;

/** The model, compiled by Spin and the C compiler into a program that searches all it can do. */
export class Verifier {
  readonly #folder: string;
  readonly #numbers: ReadonlyMap<string, string>;
  readonly #isForever: boolean;

  private constructor(folder: string, numbers: ReadonlyMap<string, string>, isForever: boolean) {
    this.#folder = folder;
    this.#numbers = numbers;
    this.#isForever = isForever;
  }

  /**
   * Compiles the model.
   * @param forever whether it is to search for promises about what comes about in the end, which takes another program
   * @throws when spin or gcc is missing or refuses
   */
  static async create(bounds: Bounds, { forever = false } = {}): Promise<Verifier> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sallyport-model-'));
    const defines = Object.entries(bounds).map(([name, value]) => `-D${name}=${value}`);
    const spin = ['-a', '-o3', '-DCHOOSE', ...defines, path.join(modelFolder, 'sallyport.pml')];
    const gcc = ['-O1', '-w', `-DMEMLIM=${memoryLimitMegabytes}`, '-o', 'pan', 'pan.c'];
    await succeed('spin', spin, folder);
    await succeed('gcc', forever ? gcc : ['-DSAFETY', '-DNOFAIR', '-DNOCLAIM', ...gcc], folder);
    return new Verifier(folder, await numbersIn(path.join(folder, 'pan.c')), forever);
  }

  /**
   * Searches until something breaks a promise, or to the end.
   * @param without the checks to leave out of the code, at most two; none: the code as it is
   * @param promise for a verifier of what is for ever: which promise; the others are not looked at then
   */
  async search(without: readonly string[] = [], promise?: string): Promise<Outcome> {
    const [first = 'every', second = 'every'] = without;
    const env = { ...process.env, WITHOUT: this.#number(first), WITHOUT_TOO: this.#number(second) };
    const whole = ['-w20', `-m${searchDepth}`, '-c1'];
    const args = this.#isForever ? [...whole, '-a', '-f', '-A', '-N', promise ?? ''] : whole;
    const { output } = await run(path.join(this.#folder, 'pan'), args, { cwd: this.#folder, env });
    return outcomeOf(output, promise);
  }

  /** Removes what was compiled. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #number(check: string): string {
    const number = this.#numbers.get(check);
    if (number === undefined) throw new Error(`the model has no check called ${check}`);
    return number;
  }
}

/** Spin numbers the names of a model as it likes, and writes the numbers down for its own messages. */
async function numbersIn(file: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(file, 'utf8');
  return new Map(
    [...text.matchAll(/case (\d+): Printf\("(\w+)"\)/g)].map(([, number = '', name = '']) => [name, number]),
  );
}

function outcomeOf(output: string, promise: string | undefined): Outcome {
  const told = /assertion violated +!\((\w+)\)/.exec(output)?.[1] ?? /pan:1: (.*) \(at depth/.exec(output)?.[1];
  const errors = /errors: (\d+)/.exec(output)?.[1];
  return {
    broken: told === 'acceptance cycle' ? promise : told,
    states: Number(/(\d+) states, stored/.exec(output)?.[1] ?? 0),
    isWhole: errors === '0' && output.includes('Full statespace search') && !isCutShort(output),
    // Of an included file Pan tells the line only; a new state is assigned in the table alone, outside of a `d_step`.
    unreached: [...output.matchAll(/^\t\S+:(\d+), state \d+, "life\[d\] = /gm)].map(([, line]) => Number(line)),
    output,
  };
}

function isCutShort(output: string): boolean {
  return /max search depth too small|Search not completed|out of memory|reached -DMEMLIM/i.test(output);
}

async function succeed(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { output, code } = await run(program, args, { cwd, env: process.env });
  if (code !== 0 || /\bError: /.test(output)) throw new Error(`${program} failed:\n${output}`);
}

/** Runs a program to its end. @throws when there is no such program; npm run setup installs them */
function run(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<{ output: string; code: number }> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ output: `${stdout}${stderr}`, code });
      else reject(error ?? new Error(`${program} ended without a code`));
    });
  });
}
