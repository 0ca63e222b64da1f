// npm run build: the client (out/), the consoles, the approver and the check of exported records (control/dist/).
import { buildEverything } from '../stages/builds.ts';
import { asScript } from '../stages/single.ts';

await asScript(buildEverything);
