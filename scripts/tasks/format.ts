// npm run format: rewrites every file in the project's format.
import { format } from '../stages/checks.ts';
import { asScript } from '../stages/single.ts';

await asScript(format);
