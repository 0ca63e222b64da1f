import { existsSync } from 'node:fs';
import path from 'node:path';
import { build, type InlineConfig } from 'vite';
import { auditCheckBuild } from '../../build/vite/audit-check.ts';
import { clientBuilds, type ClientPurpose } from '../../build/vite/client.ts';
import { consoleBuilds, type Audience } from '../../build/vite/consoles.ts';
import { total, verdict, type Counts } from './outcome.ts';
import { projectDir } from './project.ts';

/** Builds the three parts of the client into `out/`. */
export function buildClient(purpose: ClientPurpose = 'development'): Promise<Counts> {
  const what = purpose === 'development' ? 'the client with its development doors' : 'the client as it ships';
  return buildAll(what, clientBuilds(projectDir, purpose));
}

/** Builds the consoles and the approver into `control/dist/`. */
export function buildConsoles(audience: Audience): Promise<Counts> {
  const what = audience === 'demo' ? 'the consoles with the demo’s software passkey' : 'the consoles';
  return buildAll(what, consoleBuilds(projectDir, audience));
}

/** Builds the check of exported records into `control/dist/audit-check/`. */
export function buildAuditCheck(): Promise<Counts> {
  return buildAll('the check of exported records', [auditCheckBuild(projectDir)]);
}

/** Builds everything that runs in everyday use. */
export async function buildEverything(): Promise<Counts> {
  return total([await buildClient(), await buildConsoles('everyday'), await buildAuditCheck()]);
}

/** Whether the consoles have been built at some time. */
export function areConsolesBuilt(): boolean {
  return ['web/key/index.html', 'approver/index.html'].every((page) =>
    existsSync(path.join(projectDir, 'control/dist', page)),
  );
}

/**
 * Builds for a script that cannot go on without.
 * @param builds what it needs
 * @throws when one of them fails; what was wrong has been printed
 */
export async function requireBuilt(...builds: readonly (() => Promise<Counts>)[]): Promise<void> {
  for (const one of builds) {
    if ((await one()).failed > 0) throw new Error('The build failed; what was wrong stands above.');
  }
}

async function buildAll(what: string, configs: readonly InlineConfig[]): Promise<Counts> {
  const started = performance.now();
  const counts: Counts[] = [];
  for (const config of configs) counts.push(verdict(await buildOne(config)));
  process.stdout.write(`built ${what} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  return total(counts);
}

async function buildOne(config: InlineConfig): Promise<number> {
  try {
    await build(config);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
