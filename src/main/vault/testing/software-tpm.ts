import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemFiles } from '../../platform/files.ts';
import { systemRandom } from '../../platform/random.ts';
import type { TpmChipParts } from '../tpm-chip.ts';
import { tpmPrograms } from '../tpm-programs.ts';

/** What the machine measures at its start into register 7: as it always does, otherwise, or nothing at all. */
export type MeasuredStart = 'as always' | 'otherwise' | 'nothing';

const measurements = { 'as always': 'a'.repeat(64), otherwise: 'b'.repeat(64) };

/** A machine's security chip in software (swtpm), with a disk of its own. For tests only. */
export class SoftwareTpm {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sallyport-tpm-'));
  readonly #socket = join(this.#folder, 's');
  readonly #log = join(this.#folder, 'traffic');
  #process: ChildProcess | undefined;

  /** Where sessions are held while they last; empty otherwise. */
  readonly memory = join(this.#folder, 'memory');

  constructor() {
    for (const folder of [this.#state, this.memory]) mkdirSync(folder);
  }

  /** How tpm2-tools reach it. */
  get tcti(): string {
    return `swtpm:path=${this.#socket}`;
  }

  get #state(): string {
    return join(this.#folder, 'state');
  }

  /** Cuts the chip's power, if it has any, and starts the machine. */
  async start(measured: MeasuredStart = 'as always'): Promise<void> {
    await this.#cutPower();
    rmSync(this.#socket, { force: true });
    const options = { tpmstate: `dir=${this.#state}`, log: `file=${this.#log},level=20` };
    const sockets = { server: `type=unixio,path=${this.#socket}`, ctrl: `type=unixio,path=${this.#socket}.ctrl` };
    const args = Object.entries({ ...options, ...sockets }).flatMap(([name, value]) => [`--${name}`, value]);
    const flags = ['--tpm2', '--flags', 'not-need-init,startup-clear'];
    this.#process = spawn('/usr/bin/swtpm', ['socket', ...args, ...flags], { stdio: 'ignore' });
    while (!existsSync(this.#socket)) await new Promise((resolve) => setTimeout(resolve, 5));
    if (measured !== 'nothing') this.tool('pcrextend', `7:sha256=${measurements[measured]}`);
  }

  /** Runs a program of tpm2-tools as somebody else on the machine would. @throws when the chip refuses */
  tool(name: string, ...args: string[]): string {
    return this.#tool(name, args);
  }

  /** The same, with something on its standard input. */
  toolReading(input: Uint8Array, name: string, ...args: string[]): string {
    return this.#tool(name, args, input);
  }

  #tool(name: string, args: readonly string[], input?: Uint8Array): string {
    const options = { input: input ?? '', stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'] };
    return execFileSync(`/usr/bin/tpm2_${name}`, [`--tcti=${this.tcti}`, ...args], options).toString('utf8');
  }

  /** Says whether bytes stand in what the chip keeps on its disk. */
  keeps(bytes: Uint8Array): boolean {
    return readdirSync(this.#state).some((name) => readFileSync(join(this.#state, name)).includes(Buffer.from(bytes)));
  }

  /** Says whether bytes went over the chip's wires in plain. */
  wasHeard(bytes: Uint8Array): boolean {
    const heard = readFileSync(this.#log, 'utf8').replace(/^(?!(?: [0-9A-F]{2})+ *$).*$/gm, '');
    const hex = Buffer.from(bytes).toString('hex').toUpperCase();
    return heard.replaceAll(/\s/g, '').includes(hex);
  }

  /** The parts of a key store on this chip. */
  parts(registers: readonly number[] = [7]): TpmChipParts {
    const run = tpmPrograms(this.tcti);
    return { run, registers, files: systemFiles, random: systemRandom, memory: this.memory };
  }

  /** Ends it and removes what it kept. */
  async close(): Promise<void> {
    await this.#cutPower();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #cutPower(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined || process.exitCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }
}
