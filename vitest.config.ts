import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Tests of running parts: one file at a time, because each starts servers, a display and real browsers. */
function wholeSystem(name: string) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      fileParallelism: false,
      retry: 0,
      testTimeout: 120_000,
      hookTimeout: 120_000,
      teardownTimeout: 30_000,
    },
  };
}

export default defineConfig({
  test: {
    passWithNoTests: false,
    projects: [
      {
        plugins: [react()],
        test: {
          name: 'unit',
          globalSetup: 'control/src/db/testing-cluster.ts',
          include: ['{src,protocol,room-client,control,scripts,build}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      wholeSystem('e2e'),
      wholeSystem('hostile'),
      wholeSystem('chaos'),
    ],
  },
});
