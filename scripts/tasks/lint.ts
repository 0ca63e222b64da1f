// npm run lint: code and import rules, format, unused things.
import { lint } from '../stages/checks.ts';
import { asScript } from '../stages/single.ts';

await asScript(lint);
