// npm run prove [-- NAME]: the tests behind a group of promises, one line a promise.
import { buildEverything, requireBuilt } from '../stages/builds.ts';
import { runScript } from '../stages/command.ts';

await requireBuilt(buildEverything);
process.exitCode = await runScript('test/prove/main.ts', process.argv.slice(2));
