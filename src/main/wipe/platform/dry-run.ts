// At the bench: says what an erasure would do below the files of this machine, and does none of it. It is a program of its
// own that the client does not contain.
import { parseArgs } from 'node:util';
import { platformEraser } from '@sallyport/protocol';
import * as z from 'zod';
import { systemFiles } from '../../platform/files.ts';
import { readMachineFile } from '../../platform/machine-file.ts';
import { rehearse } from './rehearsal.ts';

const usage = `usage: npm run erase:dry-run -- --machine FILE [--platform linux|win32] ERASER...
  FILE     the machine file: /etc/sallyport/machine.json, or %ProgramData%\\Sallyport\\machine.json
  ERASER   as in the policy: ${platformEraser.options.join(', ')}
`;

const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

const askedFor = z.strictObject({
  machine: z.string(),
  platform: z.enum(['linux', 'win32']).default(process.platform === 'win32' ? 'win32' : 'linux'),
  erasers: z.array(platformEraser).min(1),
});

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const asked = argumentsOf(args);
  if (asked === undefined) return say(process.stderr, [usage], exitCodes.usage);
  const { machine: path, platform, erasers: chosen } = asked;
  if (!systemFiles.exists(path)) return say(process.stderr, [`there is no ${path}`], exitCodes.failed);
  const machine = readMachineFile(systemFiles, path);
  if (machine === undefined) return say(process.stderr, [`${path} is no machine file`], exitCodes.failed);
  const heading = 'Nothing is changed. An erasure would do this, after keys and files:';
  return say(process.stdout, [heading, ...(await rehearse({ chosen, platform, machine }))], exitCodes.done);
}

function say(stream: NodeJS.WriteStream, lines: readonly string[], code: number): number {
  stream.write(`${lines.join('\n').trimEnd()}\n`);
  return code;
}

function argumentsOf(args: readonly string[]): z.infer<typeof askedFor> | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { machine: { type: 'string' }, platform: { type: 'string' } },
    });
    return askedFor.safeParse({ ...values, erasers: positionals }).data;
  } catch {
    return undefined;
  }
}
