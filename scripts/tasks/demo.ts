// npm run demo: the whole day once, on real parts. The demo's own builds carry its software passkey.
import { buildClient, buildConsoles, requireBuilt } from '../stages/builds.ts';
import { runScript } from '../stages/command.ts';

await requireBuilt(
  buildClient,
  () => buildConsoles('everyday'),
  () => buildConsoles('demo'),
);
process.exitCode = await runScript('test/demo/main.ts', process.argv.slice(2));
