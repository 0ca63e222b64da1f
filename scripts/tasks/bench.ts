// npm run bench: measured against bare parts in the same run.
import { buildEverything, requireBuilt } from '../stages/builds.ts';
import { runScript } from '../stages/command.ts';

await requireBuilt(buildEverything);
process.exitCode = await runScript('test/bench/main.ts', process.argv.slice(2));
