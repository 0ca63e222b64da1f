// npm run demo: the main job on embedded defaults. With a display it opens windows for you; without one (or with
// --headless) it plays the whole day by itself and leaves demo-report/.
import { runtime } from '../harness/runtime.ts';
import { playDay } from './play-day.ts';
import { serveDemo } from './serve-demo.ts';

const hasDisplay = Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
const byItself = !hasDisplay || process.argv.includes('--headless');
const { electronVersion, electronSource } = runtime();
process.stdout.write(
  `Electron ${electronVersion} (${electronSource === 'release' ? 'the release that ships' : 'a fallback for development: it never ships'})\n`,
);
try {
  await (byItself ? playDay() : serveDemo());
} catch (error) {
  process.stderr.write(
    `\nThe demo stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
