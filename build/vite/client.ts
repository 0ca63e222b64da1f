import react from '@vitejs/plugin-react';
import { join } from 'node:path';
import { mergeConfig, type InlineConfig, type Plugin } from 'vite';
import { developmentMarkFile } from '../packaging/development-mark.mjs';
import { quiet } from './quiet.ts';

/** The oldest Electron that the client runs in carries this Node and this Chromium (the shipped one is far newer). */
const nodeTarget = 'node20.18';
const pageTarget = 'chrome130';

/** `development`: for tests and the demo, with the doors they need. `shipping`: what a package contains. */
export type ClientPurpose = 'development' | 'shipping';

/**
 * The three parts of the client, each for the process it runs in.
 * @param project absolute path of the checkout; what is built goes to its `out/`
 */
export function clientBuilds(project: string, purpose: ClientPurpose): InlineConfig[] {
  return [mainProcess(project, purpose), preloadScript(project), pages(project)];
}

/** One module that holds everything but Electron and the key store's native part. */
function mainProcess(project: string, purpose: ClientPurpose): InlineConfig {
  const isDevelopment = JSON.stringify(purpose === 'development');
  return mergeConfig(quiet(project), {
    define: {
      // SECURITY: a package holds no development door, not even a closed one (S18).
      __DEVELOPMENT__: isDevelopment,
      __DEVELOPMENT_KEY_STORE__: isDevelopment,
      // SECURITY: nothing is loaded that is not bundled: `ws` would look on disk for these two (S13).
      'process.env.WS_NO_BUFFER_UTIL': JSON.stringify('1'),
      'process.env.WS_NO_UTF_8_VALIDATE': JSON.stringify('1'),
    },
    plugins: purpose === 'development' ? [developmentMark()] : [],
    ssr: { target: 'node', noExternal: true, external: ['electron', '@napi-rs/keyring'] },
    build: {
      ssr: join(project, 'src/main/index.ts'),
      outDir: join(project, 'out/main'),
      emptyOutDir: true,
      target: nodeTarget,
      minify: false,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'index.js', codeSplitting: false } },
    },
  } satisfies InlineConfig);
}

/** Leaves a file beside a development build by which packaging recognises, and refuses, it. */
function developmentMark(): Plugin {
  return {
    name: 'sallyport:development-mark',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: developmentMarkFile, source: 'Not to be shipped.\n' });
    },
  };
}

/** A sandboxed preload script is one CommonJS file that can require nothing but Electron. */
function preloadScript(project: string): InlineConfig {
  return mergeConfig(quiet(project), {
    ssr: { target: 'node', noExternal: true, external: ['electron'] },
    build: {
      ssr: join(project, 'src/preload/index.ts'),
      outDir: join(project, 'out/preload'),
      emptyOutDir: true,
      target: nodeTarget,
      minify: false,
      rolldownOptions: { output: { format: 'cjs', entryFileNames: 'index.cjs', codeSplitting: false } },
    },
  } satisfies InlineConfig);
}

/** The screens: relative addresses, because they are served on the client's own scheme. */
function pages(project: string): InlineConfig {
  return mergeConfig(quiet(project), {
    root: join(project, 'src/renderer'),
    base: './',
    plugins: [react()],
    build: {
      outDir: join(project, 'out/renderer'),
      emptyOutDir: true,
      target: pageTarget,
      // SECURITY: strict CSP: no inline script, no data: address for a script or font (S12).
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
    },
  } satisfies InlineConfig);
}
