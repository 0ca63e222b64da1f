// npm run test:chaos [-- FILTER…]: faults, not foes.
import { buildEverything, requireBuilt } from '../stages/builds.ts';
import { asScript } from '../stages/single.ts';
import { runSuite } from '../stages/tests.ts';

await requireBuilt(buildEverything);
await asScript(() => runSuite('chaos', process.argv.slice(2)));
