// npm run bench: what Sallyport costs over the least that could work, measured in the same run on the same machine.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorld } from '../harness/world.ts';
import { projectFolder, runtime } from '../harness/runtime.ts';
import { compare, type Comparison } from './compare.ts';
import { startOfBareElectron, startOfKiosk, withEnrolledKiosk } from './start-bench.ts';
import { bareRoom, ourRoom } from './room-bench.ts';
import { bareSignature, verifiedOrder } from './verify-bench.ts';

const rounds = Number(process.argv[2] ?? 5);

const comparisons: Comparison[] = [];
const verification = { ours: verifiedOrder(), baseline: bareSignature() };
comparisons.push(await compare('one order verified', verification, rounds));
const world = await createWorld();
try {
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
const report = { at: new Date().toISOString(), electronVersion, electronSource, rounds, comparisons };
await writeFile(join(projectFolder, 'bench-report.json'), `${JSON.stringify(report, null, 2)}\n`);
for (const { name, ours, baseline, ratio } of comparisons) {
  process.stdout.write(
    `${name}: ${inWords(ours)}, baseline ${inWords(baseline)}, ratio ${ratio.toFixed(2)} (medians of ${rounds})\n`,
  );
}

function inWords(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(3) : Math.round(milliseconds)} ms`;
}
