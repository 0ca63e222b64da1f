import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** In `npm run prove` every search goes on to its end, however long that takes. */
const searching = process.env['SALLYPORT_PROVE'] !== undefined;
const testTimeout = (milliseconds: number) => (searching ? 60 * 60_000 : milliseconds);

/** Tests of running parts: one file at a time, because each starts servers, a display and real browsers. */
function wholeSystem(name: string) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      fileParallelism: false,
      retry: 0,
      testTimeout: testTimeout(120_000),
      hookTimeout: 120_000,
      teardownTimeout: 30_000,
    },
  };
}

export default defineConfig({
  test: {
    passWithNoTests: false,
    // Many unit tests wait for the database or a process of their own: one more than there are cores keeps two busy.
    maxWorkers: 3,
    projects: [
      {
        plugins: [react()],
        test: {
          name: 'unit',
          globalSetup: 'control/src/db/testing-cluster.ts',
          include: ['{src,protocol,room-client,control,scripts,build}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: testTimeout(20_000),
          hookTimeout: 60_000,
        },
      },
      wholeSystem('model'),
      wholeSystem('e2e'),
      wholeSystem('hostile'),
      wholeSystem('chaos'),
    ],
  },
});
