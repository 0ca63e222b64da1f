import { digest as digestText } from '@sallyport/protocol';
import path from 'node:path';
import { compareServed, type Comparison } from './approver/approver-compare.ts';
import { approverDigest } from './approver/approver-digest.ts';
import { say, UsageError, type CommandOptions } from './cli-command.ts';
import { loadConfiguration } from './config.ts';

/**
 * `control approver digest`: prints the digest of a built approver.
 * @throws UsageError or ConfigurationError in words
 */
export async function runApproverDigest(options: CommandOptions): Promise<number> {
  say(await digestOfBuild(options));
  return 0;
}

/**
 * `control approver compare`: says whether a server serves a build, by default the one built here.
 * @returns 0 when it does, 1 when it does not
 * @throws UsageError or ConfigurationError in words
 */
export async function runApproverCompare(options: CommandOptions): Promise<number> {
  const origin = readOrigin(options.subject);
  const expected = options.digest === undefined ? await digestOfBuild(options) : readDigest(options.digest);
  const found = await compareServed(origin, expected);
  say(describe(found, origin, expected));
  return found.same ? 0 : 1;
}

async function digestOfBuild({ root, config }: CommandOptions): Promise<string> {
  const folder = root === undefined ? (await loadConfiguration(process.env, config)).approver.root : path.resolve(root);
  try {
    return await approverDigest(folder);
  } catch (error) {
    throw new UsageError(`There is no built approver in ${folder}. Build it first (npm run build).`, { cause: error });
  }
}

function readOrigin(text: string | undefined): string {
  const address = text === undefined ? null : URL.parse(text);
  const isOrigin = address !== null && address.href === `${address.origin}/` && /^https?:$/.test(address.protocol);
  if (!isOrigin) throw new UsageError('Give the approver’s address, as https://approve.example');
  return address.origin;
}

function readDigest(text: string): string {
  if (digestText.safeParse(text).success) return text;
  throw new UsageError('--digest is the 43 characters that "control approver digest" prints.');
}

function describe(found: Comparison, origin: string, expected: string): string {
  if (found.same) {
    const { consoleOrigin, rpId } = found.configuration;
    return `${origin} serves the build ${expected}.\nIt answers ${consoleOrigin} only, with passkeys of ${rpId}.`;
  }
  return `${origin} does not serve the build ${expected}: ${wordsOf(found)}.`;
}

function wordsOf(found: Extract<Comparison, { same: false }>): string {
  switch (found.reason) {
    case 'other-build':
      return `its files are the build ${found.digest}`;
    case 'not-served':
      return `it does not serve ${found.name}`;
    case 'too-large':
      return `${found.name} is far too large`;
    case 'foreign-reference':
      return `its page refers to ${found.name}`;
    case 'unreachable':
      return 'it cannot be reached';
    case 'no-list':
      return 'its files.json is not the list of a build';
    case 'other-page':
      return 'the page at its root is another one than its index.html';
    case 'no-configuration':
      return 'its approver.json is not the configuration of an approver';
    case 'other-policy':
      return 'its page comes without the approver’s content security policy';
    default:
      return found satisfies never;
  }
}
