// npm run bench: what Sallyport costs over the least that could work, measured in the same run on the same machine.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorld } from '../harness/world.ts';
import { projectFolder, runtime } from '../harness/runtime.ts';
import { appendCosts } from './append-bench.ts';
import { compare, type Comparison } from './compare.ts';
import { bricksVerified, keysDestroyed, type BrickVerified } from './erasure-bench.ts';
import { startOfBareElectron, startOfKiosk, withEnrolledKiosk } from './start-bench.ts';
import { bareRoom, ourRoom } from './room-bench.ts';
import { bareSignature, verifiedOrder } from './verify-bench.ts';

const rounds = Number(process.argv[2] ?? 5);

const comparisons: Comparison[] = [];
const verification = { ours: verifiedOrder(), baseline: bareSignature() };
comparisons.push(await compare('one order verified', verification, rounds));
const appending = await appendCosts([100, 1000, 10_000, 100_000]);
const destroyed = await keysDestroyed(rounds * 5);
let bricked: BrickVerified[] = [];
const world = await createWorld();
try {
  bricked = await bricksVerified(world, rounds * 20);
  await withEnrolledKiosk(world, async (kiosk) => {
    comparisons.push(
      await compare(
        'lock screen painted',
        { ours: () => startOfKiosk(kiosk), baseline: () => startOfBareElectron(kiosk.desktop) },
        rounds,
      ),
    );
  });
  await withEnrolledKiosk(world, async (kiosk) => {
    const ours = await ourRoom(world, kiosk);
    comparisons.push(await compare('join → first remote frame', { ours, baseline: bareRoom }, rounds));
  });
} finally {
  await world.close();
}
const { electronVersion, electronSource } = runtime();
const measured = { comparisons, appending, destroyed, bricked };
const report = { at: new Date().toISOString(), electronVersion, electronSource, rounds, ...measured };
await writeFile(join(projectFolder, 'bench-report.json'), `${JSON.stringify(report, null, 2)}\n`);
for (const { name, ours, baseline, ratio } of comparisons) {
  process.stdout.write(
    `${name}: ${inWords(ours)}, baseline ${inWords(baseline)}, ratio ${ratio.toFixed(2)} (medians of ${rounds})\n`,
  );
}
for (const { records, journal, bare, electronStore } of appending) {
  const than = `${(journal / bare).toFixed(2)} of a bare append, ${(electronStore / journal).toFixed(0)} times under electron-store`;
  process.stdout.write(`one more record after ${records}: ${inWords(journal)}, ${than}\n`);
}
for (const { keyStore, median: middle } of destroyed) {
  process.stdout.write(`order received → keys destroyed, ${keyStore} key store: ${inWords(middle)} (median)\n`);
}
for (const { what, p50, p99 } of bricked) {
  process.stdout.write(`brick pressed → ${what} verified: ${inWords(p50)} (p50), ${inWords(p99)} (p99)\n`);
}

function inWords(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(3) : Math.round(milliseconds)} ms`;
}
