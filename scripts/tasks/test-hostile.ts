// npm run test:hostile [-- FILTER…]: what must be refused.
import { buildEverything, requireBuilt } from '../stages/builds.ts';
import { asScript } from '../stages/single.ts';
import { runSuite } from '../stages/tests.ts';

await requireBuilt(buildEverything);
await asScript(() => runSuite('hostile', process.argv.slice(2)));
