// npm run test:e2e [-- FILTER…]: the day on real parts.
import { buildEverything, requireBuilt } from '../stages/builds.ts';
import { asScript } from '../stages/single.ts';
import { runSuite } from '../stages/tests.ts';

await requireBuilt(buildEverything);
await asScript(() => runSuite('e2e', process.argv.slice(2)));
