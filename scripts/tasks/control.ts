// npm run control -- COMMAND …: the control server's own command line.
import { areConsolesBuilt, buildConsoles, requireBuilt } from '../stages/builds.ts';
import { runScript } from '../stages/command.ts';

if (!areConsolesBuilt()) await requireBuilt(() => buildConsoles('everyday'));
process.exitCode = await runScript('control/src/cli.ts', process.argv.slice(2));
