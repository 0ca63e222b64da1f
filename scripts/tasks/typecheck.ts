// npm run typecheck: the compiler over every part, each with its own settings.
import { typecheck } from '../stages/checks.ts';
import { asScript } from '../stages/single.ts';

await asScript(typecheck);
