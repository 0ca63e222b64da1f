import { join } from 'node:path';
import { mergeConfig, type InlineConfig } from 'vite';
import { quiet } from './quiet.ts';

/**
 * The check of exported records as one file that any Node runs: for auditors, who have nothing else of the project.
 * @param project absolute path of the checkout
 * @param outDir where `audit-check.mjs` goes
 */
export function auditCheckBuild(project: string, outDir = join(project, 'control/dist/audit-check')): InlineConfig {
  return mergeConfig(quiet(project), {
    ssr: { target: 'node', noExternal: true },
    build: {
      ssr: join(project, 'control/src/audit/verifier/main.ts'),
      outDir,
      emptyOutDir: false,
      target: 'node20.18',
      // People can read what they run, and compare two builds.
      minify: false,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'audit-check.mjs', codeSplitting: false } },
    },
  } satisfies InlineConfig);
}
