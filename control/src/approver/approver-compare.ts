import { approverConfiguration, parseJson } from '@sallyport/protocol';
import * as z from 'zod';
import { configurationName, digestOfFiles, fileListName, type BuiltFile } from './approver-digest.ts';
import { approverPolicy } from './approver-server.ts';

/** What a server serves as the approver, compared with a build. */
export type Comparison =
  | {
      same: true;
      /** Whose passkeys it asks, and the only console it listens to: each place of hosting's own. */
      configuration: z.infer<typeof approverConfiguration>;
    }
  | { same: false; reason: 'other-build'; digest: string }
  | { same: false; reason: 'not-served' | 'too-large' | 'foreign-reference'; name: string }
  | { same: false; reason: 'unreachable' | 'no-list' | 'other-page' | 'no-configuration' | 'other-policy' };

type Difference = Extract<Comparison, { same: false }>;

/** What a comparison asks for, injected so that tests can be the network. */
export type Fetch = (address: URL, options: RequestInit) => Promise<Response>;

const largestFile = 4 * 1024 * 1024;
const patience = 30_000;

/** The build's own list: names without any path, so that nothing outside the approver's folder is asked for. */
const fileList = z
  .array(z.string().regex(/^[a-z0-9][a-z0-9-]*(?:\.[a-z0-9]+)+$/))
  .min(1)
  .max(50)
  .refine((names) => new Set(names).size === names.length && names.includes('index.html'));

/**
 * Says whether what a server serves now, to this machine, is a given build: every file on the build's own list has
 * the build's bytes, the page is the listed one and refers to nothing else, and is served with the approver's content
 * security policy. A server can show others something else: compare from where people use it.
 * @param origin the approver's origin
 * @param digest of the build, as `approverDigest` computes it
 */
export async function compareServed(origin: string, digest: string, get: Fetch = fetch): Promise<Comparison> {
  const base = new URL('/', origin);
  const page = await read(new URL(base), get);
  if ('reason' in page) return page;
  const files = await readFiles(base, get);
  if ('reason' in files) return files;
  const difference = differenceOf(page, files, digest, base);
  return difference ?? readConfiguration(base, get);
}

/** SECURITY: the list is among the files, so a list that leaves something out has another digest (S20). */
async function readFiles(base: URL, get: Fetch): Promise<BuiltFile[] | Difference> {
  const list = await read(new URL(fileListName, base), get);
  if ('reason' in list) return list;
  const names = fileList.safeParse(jsonOf(list.contents));
  if (!names.success) return differs('no-list');
  const files: BuiltFile[] = [];
  for (const name of names.data) {
    const file = await read(new URL(name, base), get);
    if ('reason' in file) return file;
    files.push({ name, contents: file.contents });
  }
  return files;
}

function differenceOf(page: Served, files: BuiltFile[], digest: string, base: URL): Difference | undefined {
  const found = digestOfFiles(files);
  if (found !== digest) return { same: false, reason: 'other-build', digest: found };
  const index = files.find(({ name }) => name === 'index.html');
  // SECURITY: consoles open the origin itself: what is shown there must be the page that was built (S20).
  if (index === undefined || Buffer.compare(page.contents, index.contents) !== 0) return differs('other-page');
  const known = new Set(files.map(({ name }) => new URL(name, base).href));
  const foreign = referencesOf(page.contents).find(
    (reference) => !known.has(URL.parse(reference, base.href)?.href ?? ''),
  );
  if (foreign !== undefined) return { same: false, reason: 'foreign-reference', name: foreign };
  return page.policy === approverPolicy ? undefined : differs('other-policy');
}

/** What the page names to be loaded, as it is written there. */
function referencesOf(page: Uint8Array): string[] {
  const written = /\b(?:src|href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi;
  const found = new TextDecoder().decode(page).matchAll(written);
  return Array.from(found, ([, double, single, bare]) => double ?? single ?? bare ?? '');
}

async function readConfiguration(base: URL, get: Fetch): Promise<Comparison> {
  const file = await read(new URL(configurationName, base), get);
  if ('reason' in file) return file;
  const configuration = approverConfiguration.safeParse(jsonOf(file.contents));
  return configuration.success ? { same: true, configuration: configuration.data } : differs('no-configuration');
}

/** One answer of the server. */
interface Served {
  contents: Uint8Array;
  /** Its content security policy. */
  policy: string | null;
}

async function read(address: URL, get: Fetch): Promise<Served | Difference> {
  try {
    const signal = AbortSignal.timeout(patience);
    const response = await get(address, { redirect: 'manual', headers: { 'cache-control': 'no-cache' }, signal });
    if (response.status !== 200) return { same: false, reason: 'not-served', name: address.pathname };
    const contents = await bodyOf(response);
    if (contents === undefined) return { same: false, reason: 'too-large', name: address.pathname };
    return { contents, policy: response.headers.get('content-security-policy') };
  } catch {
    return differs('unreachable');
  }
}

async function bodyOf({ body }: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > largestFile) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function jsonOf(contents: Uint8Array): unknown {
  return parseJson(new TextDecoder().decode(contents), 64 * 1024)?.value;
}

function differs(reason: 'unreachable' | 'no-list' | 'other-page' | 'no-configuration' | 'other-policy'): Difference {
  return { same: false, reason };
}
