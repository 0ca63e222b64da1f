import { fromBase64url, isSignedBy, parseJson } from '@sallyport/protocol';
import { ChainCheck } from './chain-check.ts';
import { DeviceCheck } from './device-check.ts';
import {
  encodeEnd,
  exportLine,
  lineKinds,
  longestLine,
  type ExportLine,
  type LineKind,
  type LineOf,
} from './export-lines.ts';
import { Findings, type Finding } from './findings.ts';
import { GrantCheck } from './grant-check.ts';
import { GrowingTree } from './growing-tree.ts';
import { JoinCheck } from './join-check.ts';
import { OrderCheck } from './order-check.ts';
import { readLines, type FileLine } from './read-lines.ts';
import { TrustCheck, type OwnTrust } from './trust-check.ts';
import { WitnessCheck } from './witness-check.ts';

/** What whoever checks brings along besides the export. */
export interface OwnKnowledge extends OwnTrust {
  /** Heads that laptops have countersigned, read from the laptops. */
  heads?: readonly { size: number; root: string }[] | undefined;
  /** Lines of an earlier export, or of its countersignatures alone. */
  kept?: readonly (LineOf<'countersignature'> | LineOf<'checkpoint'> | LineOf<'entry'>)[] | undefined;
}

/** What a check came to. */
export interface Report {
  /** Nothing wrong was found. */
  isSound: boolean;
  /** What is wrong, at most as many as are listed. */
  findings: readonly Finding[];
  /** How many things are wrong, listed or not. */
  count: number;
  /** What could not be checked, in words. */
  unchecked: readonly string[];
  /** What each laptop countersigned last, in words. */
  witnesses: readonly string[];
  entries: number;
  manifest: number;
}

/**
 * Checks an export of the record with nothing but itself and what whoever checks knows: opens no database and no
 * connection. Never throws on bad input.
 * @param chunks the export's bytes
 */
export async function checkExport(chunks: AsyncIterable<Uint8Array>, own: OwnKnowledge = {}): Promise<Report> {
  const check = new ExportCheck(own);
  for await (const line of readLines(chunks)) await check.line(line);
  return check.finish();
}

/** What takes each kind of line. */
type Takers = { [K in LineKind]: (line: LineOf<K>, file: FileLine) => void | Promise<void> };

/** One check, line by line. */
class ExportCheck {
  readonly #findings = new Findings();
  readonly #trust: TrustCheck;
  readonly #devices: DeviceCheck;
  readonly #grants: GrantCheck;
  readonly #orders: OrderCheck;
  readonly #joins: JoinCheck;
  readonly #witnesses: WitnessCheck;
  readonly #chain: ChainCheck;
  readonly #tree = new GrowingTree();
  readonly #own: OwnKnowledge;
  readonly #takers: Takers = {
    header: (line) => void (this.#header = line),
    manifest: (line, { number }) => this.#trust.addManifest(line, this.#header?.at ?? 0, number),
    roster: (line, { number }) => this.#trust.addRoster(line, number),
    device: (line, { number }) => this.#devices.addDevice(line, number),
    grant: (line, { number }) => this.#grants.add(line, number),
    order: (line, { number }) => this.#orders.add(line, number),
    join: (line, { number }) => this.#joins.add(line, number),
    head: (line, { number }) => this.#devices.addHead(line, number),
    checkpoint: (line, { number }) => this.#witnesses.addCheckpoint(line, number),
    countersignature: (line, { number }) => this.#witnesses.addCountersignature(line, false, number),
    entry: (line) => this.#entry(line),
    end: (line, file) => this.#end(line, file),
  };
  #header: LineOf<'header'> | undefined;
  #rank = -1;
  #entries = 0;
  #isEnded = false;

  constructor(own: OwnKnowledge) {
    this.#own = own;
    this.#trust = new TrustCheck(this.#findings, own);
    this.#devices = new DeviceCheck(this.#findings);
    this.#grants = new GrantCheck(this.#findings, this.#trust, this.#devices);
    this.#orders = new OrderCheck(this.#findings, this.#trust, this.#devices);
    this.#joins = new JoinCheck(this.#findings, this.#trust, this.#devices);
    this.#witnesses = new WitnessCheck(this.#findings, this.#trust, this.#devices);
    this.#chain = new ChainCheck(this.#findings);
  }

  async line(line: FileLine): Promise<void> {
    const parsed = this.#parse(line);
    if (parsed === undefined) return;
    const rank = lineKinds.indexOf(parsed.kind);
    const isOnce = parsed.kind === 'header' || parsed.kind === 'end';
    if (rank < this.#rank || (rank === this.#rank && isOnce) || (this.#rank < 0 && parsed.kind !== 'header')) {
      this.#malformed(line.number, `a line of kind “${parsed.kind}” cannot stand here`);
    }
    if (rank > this.#rank) await this.#reached(rank);
    // The lookup keeps line and taker together; the compiler cannot see that.
    const take = this.#takers[parsed.kind] as (parsed: ExportLine, line: FileLine) => void | Promise<void>;
    await take(parsed, line);
  }

  async finish(): Promise<Report> {
    await this.#reached(lineKinds.length);
    if (!this.#isEnded) this.#findings.add({ code: 'removed', words: 'The end of the export was cut off' });
    const size = this.#chain.number;
    this.#witnesses.finish(size);
    this.#devices.finish();
    this.#grants.finish();
    this.#orders.finish();
    this.#joins.finish((appointment) => this.#grants.consultantsOf(appointment));
    this.#trust.finish();
    const { found, count, unchecked } = this.#findings;
    return {
      ...{ isSound: count === 0, findings: found, count, unchecked, witnesses: this.#witnesses.newest },
      ...{ entries: this.#entries, manifest: this.#trust.version },
    };
  }

  #parse({ number, text, isEnded }: FileLine): ExportLine | undefined {
    const value = text === undefined ? undefined : parseJson(text, longestLine)?.value;
    const parsed = exportLine.safeParse(value);
    if (parsed.success && isEnded && JSON.stringify(value) === text) return parsed.data;
    this.#malformed(number, parsed.success ? 'it is not written as control writes it' : 'it is none of an export');
    // What can be read is looked at all the same: it may tell what else was done.
    return parsed.data;
  }

  /** Everything of an earlier kind has been read. */
  async #reached(rank: number): Promise<void> {
    const [before, devices, entries] = [this.#rank, lineKinds.indexOf('device'), lineKinds.indexOf('entry')];
    this.#rank = Math.max(this.#rank, rank);
    if (before < devices && rank >= devices) this.#trust.compareWithOwn();
    if (before < entries && rank >= entries) await this.#beforeEntries();
  }

  async #beforeEntries(): Promise<void> {
    for (const head of this.#own.heads ?? []) this.#witnesses.addHead(head);
    for (const line of this.#own.kept ?? []) {
      if (line.kind === 'checkpoint') await this.#witnesses.addCheckpoint(line);
      else if (line.kind === 'countersignature') await this.#witnesses.addCountersignature(line, true);
      else this.#witnesses.addEarlier(line.number, line.hash);
    }
    this.#compareRoot();
  }

  async #entry({ kind: _kind, ...entry }: LineOf<'entry'>): Promise<void> {
    this.#entries += 1;
    if (this.#chain.follow(entry)) {
      this.#tree.add(entry.hash);
      this.#witnesses.compareEntry(entry.number, entry.hash);
      this.#compareRoot();
    }
    await this.#trust.follow(entry);
    await this.#grants.follow(entry);
    await this.#orders.follow(entry);
    await this.#joins.follow(entry);
    await this.#devices.follow(entry);
  }

  #compareRoot(): void {
    const { size } = this.#tree;
    if (this.#witnesses.isAwaited(size)) this.#witnesses.compare(size, this.#tree.root);
  }

  async #end({ lines, digest, signature }: LineOf<'end'>, line: FileLine): Promise<void> {
    this.#isEnded = true;
    const { entries = -1, fleet = '' } = this.#header ?? {};
    if (entries !== this.#entries) {
      const words = `The export says that it holds ${entries} entries, and holds ${this.#entries}`;
      this.#findings.add({ code: 'removed', words });
    }
    if (fleet !== this.#trust.fleet) {
      this.#findings.add({ code: 'forged', words: 'The export is of another fleet than its manifests' });
    }
    if (lines !== line.number - 1 || digest !== line.before()) {
      this.#findings.add({ code: 'altered', line: line.number, words: 'The file was changed after control wrote it' });
    }
    if (!(await this.#isOurs(encodeEnd({ fleet, lines, digest }), signature))) {
      const words = 'The end of the file is not signed by the fleet’s audit key';
      this.#findings.add({ code: 'forged', line: line.number, words });
    }
  }

  async #isOurs(bytes: Uint8Array<ArrayBuffer>, signature: string): Promise<boolean> {
    for (const auditKey of this.#trust.auditKeys) {
      const key = fromBase64url(auditKey);
      if (key !== undefined && (await isSignedBy(key, bytes, signature))) return true;
    }
    return false;
  }

  #malformed(line: number, words: string): void {
    this.#findings.add({ code: 'malformed', line, words: `Line ${line} is malformed: ${words}` });
  }
}
