import { createReadStream } from 'node:fs';
import { decodeStatement, digest, fromBase64url, parseJson } from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import { checkExport, type OwnKnowledge } from './check-export.ts';
import { exportLine, longestLine, type ExportLine } from './export-lines.ts';
import { readLines } from './read-lines.ts';
import { describeReport } from './words.ts';

/** What to check, and what whoever checks brings along; as it was typed. */
export interface CheckOptions {
  export?: string | undefined;
  manifests?: string | undefined;
  anchor?: string | undefined;
  head?: readonly string[] | undefined;
}

/** Something that was asked for is wrong or cannot be read, in words. */
export class CheckInputError extends Error {
  override readonly name = 'CheckInputError';
}

/** How the check is used, for those who ask. */
export const checkUsage = `  --export FILE         what control wrote with: control audit export --to FILE
  --manifests FILE      your own copy of the manifests: an earlier export, or its lines of that kind
  --anchor DIGEST       SHA-256 of the first manifest, base64url
  --head SIZE:ROOT      a head of the record as a laptop kept it
  --head FILE           an earlier export, or its lines of what laptops countersigned; as often as you like
`;

/**
 * Checks an export and says what came of it.
 * @param say is given one line at a time
 * @returns 0 when nothing is wrong, 1 when something is
 * @throws CheckInputError in words
 */
export async function runCheck(options: CheckOptions, say: (line: string) => void): Promise<number> {
  const { export: file } = options;
  if (file === undefined) throw new CheckInputError('--export FILE is missing: what control audit export wrote.');
  const report = await checkExport(chunksOf(file), await ownKnowledge(options));
  for (const line of describeReport(report)) say(line);
  return report.isSound ? 0 : 1;
}

async function ownKnowledge({ manifests, anchor, head = [] }: CheckOptions): Promise<OwnKnowledge> {
  if (anchor !== undefined && !digest.safeParse(anchor).success) {
    throw new CheckInputError('--anchor is the digest of the first manifest: 43 characters of base64url.');
  }
  const typed = head.map((text) => /^(\d{1,15}):([A-Za-z0-9_-]{43})$/.exec(text));
  const heads = typed
    .filter((match) => match !== null)
    .map(([, size, root]) => ({ size: Number(size), root: root ?? '' }));
  const kept: NonNullable<OwnKnowledge['kept']>[number][] = [];
  for (const file of head.filter((_, index) => typed[index] === null)) {
    for await (const line of linesOf(file)) {
      if (line.kind === 'countersignature' || line.kind === 'checkpoint' || line.kind === 'entry') kept.push(line);
    }
  }
  return { anchor, manifests: manifests === undefined ? undefined : await versionsOf(manifests), heads, kept };
}

/** The digest of each version of the manifest in a file. */
async function versionsOf(file: string): Promise<Map<number, string>> {
  const versions = new Map<number, string>();
  for await (const line of linesOf(file)) {
    const bytes = line.kind === 'manifest' ? fromBase64url(line.statement) : undefined;
    const manifest = bytes && decodeStatement(bytes);
    if (bytes !== undefined && manifest?.type === 'manifest') versions.set(manifest.version, await digestOf(bytes));
  }
  if (versions.size === 0) throw new CheckInputError(`There is no manifest in ${file}.`);
  return versions;
}

/** @throws CheckInputError when a line is none of an export: what somebody relies on is not passed over */
async function* linesOf(file: string): AsyncGenerator<ExportLine> {
  for await (const { number, text } of readLines(chunksOf(file))) {
    const parsed = exportLine.safeParse(text === undefined ? undefined : parseJson(text, longestLine)?.value);
    if (!parsed.success) throw new CheckInputError(`Line ${number} of ${file} is none of an export.`);
    yield parsed.data;
  }
}

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CheckInputError(`${file} cannot be read (${why}).`, { cause: error });
  }
}
