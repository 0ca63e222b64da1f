import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { createApproverServer } from './approver-server.ts';

/** The files of a small build, as the bundler writes them. */
export const sampleBuild: Readonly<Record<string, string>> = {
  'index.html': '<!doctype html><link href="./index.css" /><script type="module" src="./approver.js"></script>',
  'approver.js': 'export {};\n',
  'index.css': 'body {}\n',
  'files.json': '["approver.js","files.json","index.css","index.html"]\n',
};

/** A folder that holds a built approver, and the server that serves it. */
export interface ServedBuild {
  root: string;
  /** Where it listens, on this machine. */
  origin: string;
  app: Awaited<ReturnType<typeof createApproverServer>>;
  close(): Promise<void>;
}

/** Writes a build into a folder of its own and serves it. @param files by name */
export async function serveBuild(files: Readonly<Record<string, string>> = sampleBuild): Promise<ServedBuild> {
  const root = await mkdtemp(path.join(tmpdir(), 'sallyport-approver-'));
  for (const [name, contents] of Object.entries(files)) await writeFile(path.join(root, name), contents);
  const app = await createApproverServer({
    rpId: 'localhost',
    consoleOrigin: 'http://localhost:8443',
    origin: 'http://localhost:8444',
    tls: undefined,
    root,
    logger: pino({ level: 'silent' }),
  });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    await app.close();
    await rm(root, { recursive: true });
  };
  return { root, origin, app, close };
}
