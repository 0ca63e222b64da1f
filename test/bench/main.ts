// npm run bench: what Sallyport costs over the least that could work, measured in the same run on the same machine.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorld } from '../harness/world.ts';
import { projectFolder, runtime } from '../harness/runtime.ts';
import { compare, type Comparison } from './compare.ts';
import { startOfBareElectron, startOfKiosk, withEnrolledKiosk } from './start-bench.ts';
import { bareRoom, ourRoom } from './room-bench.ts';

const rounds = Number(process.argv[2] ?? 5);

const world = await createWorld();
const comparisons: Comparison[] = [];
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
    `${name}: ${ours} ms, baseline ${baseline} ms, ratio ${ratio.toFixed(2)} (medians of ${rounds})\n`,
  );
}
