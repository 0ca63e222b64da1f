import { join } from 'node:path';
import type { InlineConfig } from 'vite';

/**
 * What all builds share: no configuration but the one given, no environment file, errors and warnings only.
 * @param project absolute path of the checkout
 */
export function quiet(project: string): InlineConfig {
  return {
    configFile: false,
    envDir: false,
    root: project,
    publicDir: false,
    logLevel: 'warn',
    build: { chunkSizeWarningLimit: 2_000, rolldownOptions: { checks: { pluginTimings: false } } },
    cacheDir: join(project, '.runtime/vite'),
  };
}
