// npm run erase:dry-run -- --machine FILE ERASER…: what an erasure would do below the files of this machine. Changes nothing.
import { runScript } from '../stages/command.ts';

process.exitCode = await runScript('src/main/wipe/platform/dry-run.ts', process.argv.slice(2));
