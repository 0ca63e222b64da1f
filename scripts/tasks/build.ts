// npm run build: the client (out/), the consoles and the approver (control/dist/).
import { buildEverything } from '../stages/builds.ts';
import { asScript } from '../stages/single.ts';

await asScript(buildEverything);
