// The first code that runs. It imports nothing of the application before it has looked at how it was started.
import { app } from 'electron';
import { developmentDoors } from './lockdown/development-doors.ts';
import { noDoors, refusalOfStart } from './lockdown/start-guard.ts';

/** EX_CONFIG of sysexits.h. */
const misconfigured = 78;

const refused = refusalOfStart({
  argv: process.argv,
  environment: process.env,
  doors: typeof __DEVELOPMENT__ !== 'undefined' && __DEVELOPMENT__ ? developmentDoors : noDoors,
  takesFolder: !app.isPackaged,
  platform: process.platform,
});

if (refused === undefined) {
  const { startApp } = await import('./app.ts');
  startApp();
} else {
  // SECURITY: whatever was asked for, nothing of the application runs (S13).
  process.stderr.write(`${JSON.stringify({ level: 50, msg: 'start refused', ...refused })}\n`);
  app.exit(misconfigured);
}
