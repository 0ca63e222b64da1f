// npm run test:unit [-- FILTER…]: the tests beside the sources.
import { asScript } from '../stages/single.ts';
import { runSuite } from '../stages/tests.ts';

await asScript(() => runSuite('unit', process.argv.slice(2)));
