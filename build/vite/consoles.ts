import react from '@vitejs/plugin-react';
import { join } from 'node:path';
import { mergeConfig, type InlineConfig, type Plugin } from 'vite';
import { quiet } from './quiet.ts';

/** Current browsers of a managed desktop; all of them know passkeys and WebRTC. */
const browserTarget = ['chrome120', 'edge120', 'firefox128', 'safari17.4'];

const consoles = ['key', 'clinic', 'fleet', 'trust', 'setup', 'invitation', 'guest'] as const;

/** Who the pages are built for: `everyday` use, or the `demo`, whose pages come with a passkey in software. */
export type Audience = 'everyday' | 'demo';

/**
 * The web apps of control and, apart from them, the approver's one page.
 * @param project absolute path of the checkout; what is built goes to `control/dist/{web,approver}`, for the demo to
 *   `control/dist/{demo-web,demo-approver}`
 */
export function consoleBuilds(project: string, audience: Audience): InlineConfig[] {
  const prefix = audience === 'demo' ? 'demo-' : '';
  const plugins = audience === 'demo' ? [softwarePasskey(join(project, 'test/demo/software-passkey.ts'))] : [];
  return [
    consolePages(project, join(project, `control/dist/${prefix}web`), plugins),
    approverPage(project, join(project, `control/dist/${prefix}approver`), plugins),
  ];
}

function consolePages(project: string, outDir: string, plugins: Plugin[]): InlineConfig {
  const root = join(project, 'control/web');
  return mergeConfig(quiet(project), {
    root,
    base: '/',
    plugins: [react(), ...plugins],
    // Only the pictures that a style uses are taken; the protected ones of the same folder are never referred to.
    resolve: {
      alias: [
        {
          find: /^\/assets\/images/,
          replacement: join(project, 'node_modules/nhsuk-frontend/dist/nhsuk/assets/images'),
        },
      ],
    },
    css: { preprocessorOptions: { scss: { quietDeps: true, loadPaths: [join(project, 'node_modules')] } } },
    build: {
      ...pageOptions(outDir),
      rolldownOptions: {
        input: Object.fromEntries(consoles.map((name) => [name, join(root, name, 'index.html')])),
      },
    },
  } satisfies InlineConfig);
}

/**
 * The approver, built so that the same source gives the same bytes: on every machine, in every folder, at every time. So
 * whoever builds it can compare its digest with the one in the trust manifest's policy.
 */
function approverPage(project: string, outDir: string, plugins: Plugin[]): InlineConfig {
  return mergeConfig(quiet(project), {
    root: join(project, 'control/web/approver'),
    base: './',
    mode: 'production',
    plugins: [...plugins, fileList()],
    build: {
      ...pageOptions(outDir),
      minify: false,
      rolldownOptions: {
        input: join(project, 'control/web/approver/index.html'),
        output: { entryFileNames: 'approver.js', assetFileNames: '[name][extname]', codeSplitting: false },
        // SECURITY: names of folders in comments would make every machine's build another one (S20).
        experimental: { attachDebugInfo: 'none' },
      },
    },
  } satisfies InlineConfig);
}

/** Writes the names of all files of a build beside them: what `control approver compare` asks a server for. */
function fileList(): Plugin {
  const fileName = 'files.json';
  return {
    name: 'sallyport:file-list',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const names = [...Object.keys(bundle), fileName].sort();
        this.emitFile({ type: 'asset', fileName, source: `${JSON.stringify(names, undefined, 2)}\n` });
      },
    },
  };
}

function pageOptions(outDir: string): NonNullable<InlineConfig['build']> {
  return {
    outDir,
    emptyOutDir: true,
    target: browserTarget,
    // SECURITY: strict CSP: no inline script, no data: address for a script or font (S22).
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  };
}

/** Runs the software passkey before anything else on every page. Only the demo's builds have it. */
function softwarePasskey(file: string): Plugin {
  const address = '/@software-passkey';
  return {
    name: 'sallyport:software-passkey',
    enforce: 'pre',
    resolveId: (source) => (source === address ? file : undefined),
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => html.replace('<head>', `<head><script type="module" src="${address}"></script>`),
    },
  };
}
