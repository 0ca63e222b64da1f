import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder, runtime } from '../harness/runtime.ts';
import { createWorld } from '../harness/world.ts';

const pages = ['key', 'clinic', 'fleet'] as const;

/** Serves a founded fleet for a person at a desktop: opens the laptop and the consoles as windows, until Ctrl-C. */
export async function serveDemo(): Promise<void> {
  const webRoots = {
    console: join(projectFolder, 'control/dist/demo-web'),
    approver: join(projectFolder, 'control/dist/demo-approver'),
  };
  process.stdout.write('Founding a fleet: control, PostgreSQL, a prison, a hospital and their people …\n');
  const world = await createWorld();
  const passkeys = JSON.stringify(Object.values(world.people).map((person) => person.exportPasskey()));
  const passkeyFiles = Object.values(webRoots).map((root) => join(root, 'demo-passkeys.json'));
  for (const file of passkeyFiles) await writeFile(file, passkeys, { mode: 0o600 });
  await world.serveFrom(webRoots);
  const data = await mkdtemp(join(tmpdir(), 'sallyport-demo-'));
  const processes = [
    laptop(data),
    ...pages.map((name) => window(`${world.addresses.console}/${name}/`, world.trustedKey, join(data, name))),
  ];
  process.stdout.write(`
The laptop and three consoles are opening. In your own browser (it will warn: the certificate is the demo's own):
  key console     ${world.addresses.console}/key/      healthcare staff: book, open the laptop, read next steps
  clinic console  ${world.addresses.console}/clinic/   the consultant
  fleet console   ${world.addresses.console}/fleet/    IT: write a ticket for the laptop first, brick it last
  approver        ${world.addresses.approver}/
Passkeys are in software here: when one is wanted, say who you are. The laptop keeps its half of the key in a plain file here.
Ctrl-C ends the demo.
`);
  await once(process, 'SIGINT');
  for (const child of processes) child.kill();
  await world.close();
  for (const left of [...passkeyFiles, data]) await rm(left, { recursive: true, force: true });
}

function laptop(data: string) {
  // A demo leaves the keyring of whoever runs it alone; the day that plays itself uses a real one of its own.
  const args = ['--sallyport-window', '--sallyport-development-key-store', `--sallyport-data=${join(data, 'laptop')}`];
  const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return spawn(runtime().electron, [...switches, projectFolder, ...args], { stdio: 'ignore' });
}

function window(address: string, trustedKey: string, profile: string) {
  const args = [
    `--app=${address}`,
    `--user-data-dir=${profile}`,
    `--ignore-certificate-errors-spki-list=${trustedKey}`,
    '--no-first-run',
  ];
  return spawn(runtime().chromium, process.getuid?.() === 0 ? [...args, '--no-sandbox'] : args, { stdio: 'ignore' });
}
