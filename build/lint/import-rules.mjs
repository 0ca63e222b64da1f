// Who may import whom: the import rules of docs/architecture.md as ESLint configuration. Everything that is not allowed
// here is an error, and so is a file that belongs to no part.
import boundaries from 'eslint-plugin-boundaries';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** A part of the product and its folder; the first that matches counts. */
const parts = [
  ['protocol', 'protocol/src'],
  ['room-client', 'room-client/src'],
  ['main-platform', 'src/main/platform'],
  ['main-concern', 'src/main/*', 'concern'],
  ['main-app', 'src/main'],
  ['preload', 'src/preload'],
  ['renderer', 'src/renderer'],
  ['control-shared', 'control/src/@(db|http|platform|ws)'],
  ['control-sfu', 'control/src/sfu'],
  ['control-concern', 'control/src/*', 'concern'],
  ['control-app', 'control/src'],
  ['approver', 'control/web/approver'],
  ['web', 'control/web'],
  ['tooling', 'scripts'],
  ['tooling', 'build'],
  ['harness', 'test/harness'],
  ['test', 'test'],
];

const types = [...new Set(parts.map(([type = '']) => type))];

/** Tests of the whole drive every part that runs in Node, and what set-up and the builds offer them. */
const everythingInNode = [
  'control-app',
  'control-concern',
  'control-sfu',
  'control-shared',
  'main-app',
  'main-concern',
  'main-platform',
  'tooling',
];

/** What each part may import of ours besides itself. What comes as a package stands in the policies. */
const allowed = {
  'main-concern': ['main-platform'],
  'main-app': ['main-concern', 'main-platform'],
  'control-concern': ['control-shared'],
  'control-sfu': ['control-shared'],
  'control-app': ['control-concern', 'control-sfu', 'control-shared'],
  tooling: ['tooling'],
  harness: everythingInNode,
  test: [...everythingInNode, 'harness'],
};

/** Concerns describe to each other in types what they offer: these files hold nothing else. */
const typesOnly = ['control/src/ports.ts', 'src/main/ports.ts'];

/** Everything ours but the contract itself may import the contract. */
const contractUsers = types.filter((type) => type !== 'protocol');

/** What runs in a page, or must be able to. */
const pages = ['protocol', 'room-client', 'renderer', 'web', 'approver'];

const product = types.filter((type) => !['tooling', 'harness', 'test'].includes(type));

const policies = [
  // Packages and Node's own modules: each package.json and tsconfig says which there are.
  { allow: { to: { module: { origin: ['external', 'core'] } } } },
  { disallow: { to: { module: { source: '@sallyport/*' } } }, message: 'No package of ours is for this part.' },
  {
    from: { element: { type: contractUsers } },
    allow: { to: { module: { source: '@sallyport/protocol' } } },
  },
  {
    from: { element: { type: ['renderer', 'web', 'test'] } },
    allow: { to: { module: { source: '@sallyport/room-client' } } },
  },
  {
    from: { element: { type: product.filter((type) => type !== 'control-sfu') } },
    disallow: { to: { module: { source: ['mediasoup', 'mediasoup/**'] } } },
    message: 'Only control/src/sfu speaks with the media server.',
  },
  {
    from: { element: { type: pages } },
    disallow: { to: { module: { origin: 'core' } } },
    message: 'A page and the contract have no Node (their tests do).',
  },
  {
    from: { file: { categories: 'test' } },
    allow: { to: [{ module: { origin: 'core' } }, { element: { type: 'harness' } }] },
  },
  {
    from: { element: { type: [...pages, 'control-*'] } },
    disallow: { to: { module: { source: 'electron' } } },
    message: 'Only the main process and the preload script know Electron.',
  },
  ...Object.entries(allowed).map(([from, to]) => ({
    from: { element: { type: from } },
    allow: { to: { element: { type: to } } },
  })),
  { from: { element: { type: 'tooling' } }, allow: { to: { file: { categories: 'configuration' } } } },
  {
    from: { element: { type: ['main-concern', 'main-platform', 'control-concern', 'control-sfu', 'control-shared'] } },
    allow: { to: { file: { categories: 'types-only' } }, dependency: { kind: 'type' } },
  },
];

/** @type {import('eslint').Linter.Config} */
export const importRules = {
  name: 'sallyport/import-rules',
  files: ['**/*.{ts,tsx}'],
  // Its types say less than it is.
  plugins: { boundaries: /** @type {import('eslint').ESLint.Plugin} */ (/** @type {unknown} */ (boundaries)) },
  settings: {
    'boundaries/root-path': root,
    'boundaries/legacy-templates': false,
    'boundaries/elements': parts.map(([type, pattern, capture]) => ({
      type,
      pattern,
      partialMatch: false,
      ...(capture === undefined ? {} : { capture: [capture] }),
    })),
    'boundaries/files': [
      { category: 'types-only', pattern: typesOnly },
      { category: 'configuration', pattern: '*.config.{ts,js}' },
      // What is named so serves tests alone, and never ships.
      { category: 'test', pattern: ['**/*.test.{ts,tsx}', '**/*-testing.ts'] },
    ],
    'boundaries/dependency-nodes': ['import', 'export', 'dynamic-import', 'require'],
    'boundaries/flag-as-external': { unresolvableAlias: true },
    'import/resolver': { [path.join(import.meta.dirname, 'resolve-as-written.mjs')]: {} },
  },
  rules: {
    'boundaries/no-unknown-files': 'error',
    'boundaries/dependencies': [
      'error',
      { default: 'disallow', checkAllOrigins: true, checkUnknownLocals: true, policies },
    ],
  },
};
