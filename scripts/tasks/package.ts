// npm run package: the client as it ships, in release/. Refuses an Electron that must not be shipped.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { packagingRefusal } from '../packaging/refusal.ts';
import { fallbackMarker } from '../setup/fallback-marker.mjs';
import { buildClient, requireBuilt } from '../stages/builds.ts';
import { runCommand } from '../stages/command.ts';
import { projectDir } from '../stages/project.ts';

const recorded = z.object({
  electron: z.string(),
  electronVersion: z.string(),
  electronSource: z.enum(['release', 'fallback']),
});

const runtime = recorded.parse(JSON.parse(readFileSync(path.join(projectDir, '.runtime/runtime.json'), 'utf8')));
const dist = path.dirname(runtime.electron);
const refusal = packagingRefusal({
  version: runtime.electronVersion,
  source: runtime.electronSource,
  isMarkedFallback: existsSync(path.join(dist, fallbackMarker)),
});

if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exitCode = 1;
} else {
  await requireBuilt(() => buildClient('shipping'));
  const electron = [`-c.electronDist=${dist}`, `-c.electronVersion=${runtime.electronVersion}`];
  process.exitCode = await runCommand(['electron-builder', '--linux', 'dir', '--publish=never', ...electron]);
}
