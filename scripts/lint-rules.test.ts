import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';
import tseslint from 'typescript-eslint';
import { importRules } from '../build/lint/import-rules.mjs';
import configuration from '../eslint.config.js';
import { projectDir } from './stages/project.ts';

const parser: ESLint.Options['overrideConfig'] = { languageOptions: { parser: tseslint.parser } };
const eslint = new ESLint({ cwd: projectDir, overrideConfigFile: true, overrideConfig: [parser, importRules].flat() });

async function complaints(filePath: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath });
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId ?? 'error'}: ${message}`));
}

const refused: readonly (readonly [rule: string, file: string, code: string])[] = [
  ['the contract imports nothing of ours', 'protocol/src/frames.ts', `import '../../control/src/app.ts'`],
  ['the contract does not import itself as a package', 'protocol/src/frames.ts', `import '@sallyport/protocol'`],
  ['the contract has no Node', 'protocol/src/frames.ts', `import 'node:fs'`],
  ['the main process never imports the page', 'src/main/app.ts', `import '../renderer/app.tsx'`],
  ['the page never imports the main process', 'src/renderer/app.tsx', `import '../main/app.ts'`],
  ['the page never imports the preload script', 'src/renderer/app.tsx', `import '../preload/index.ts'`],
  ['the page has no Node', 'src/renderer/app.tsx', `import 'node:fs'`],
  ['the page has no Electron', 'src/renderer/app.tsx', `import { ipcRenderer } from 'electron'`],
  ['the page imports no package of ours but the contract', 'src/renderer/app.tsx', `import '@sallyport/control'`],
  ['the preload script imports only the contract', 'src/preload/index.ts', `import '../main/ipc.ts'`],
  ['the client never imports control', 'src/main/app.ts', `import '../../control/src/app.ts'`],
  ['control never imports the client', 'control/src/app.ts', `import '../../src/main/app.ts'`],
  ['control has no Electron', 'control/src/app.ts', `import 'electron'`],
  ['the consoles never import control', 'control/web/key/main.tsx', `import '../../src/app.ts'`],
  ['the approver imports nothing but the contract', 'control/web/approver/main.ts', `import '../ui/page.tsx'`],
  ['a concern of the client never imports a sibling', 'src/main/vault/keys.ts', `import '../link/socket.ts'`],
  ['…nor does its test', 'src/main/vault/keys.test.ts', `import '../link/socket.ts'`],
  ['…nor by exporting it', 'src/main/vault/keys.ts', `export { socket } from '../link/socket.ts'`],
  ['…nor dynamically', 'src/main/vault/keys.ts', `await import('../link/socket.ts')`],
  ['…nor for a type', 'src/main/vault/keys.ts', `import type { Socket } from '../link/socket.ts'`],
  ['a concern of the client never imports the root', 'src/main/vault/keys.ts', `import '../app.ts'`],
  ['the platform of the client imports no concern', 'src/main/platform/clock.ts', `import '../vault/keys.ts'`],
  ['a concern of control never imports a sibling', 'control/src/rooms/rules.ts', `import '../people/rules.ts'`],
  ['the database imports no concern', 'control/src/db/pool.ts', `import '../people/rules.ts'`],
  ['ports are types only', 'control/src/rooms/rules.ts', `import { port } from '../ports.ts'`],
  ['only the SFU imports mediasoup', 'control/src/rooms/rules.ts', `import 'mediasoup'`],
  ['…not even its types', 'control/src/rooms/rules.ts', `import type { Router } from 'mediasoup/types'`],
  ['…nor does the root', 'control/src/app.ts', `import 'mediasoup'`],
  ['the approver imports no room', 'control/web/approver/main.ts', `import '@sallyport/room-client'`],
  ['the room’s client imports neither side', 'room-client/src/room.ts', `import '../../src/renderer/app.tsx'`],
  ['the product never imports the tests’ harness', 'src/main/app.ts', `import '../../test/harness/person.ts'`],
  ['every file belongs to a part', 'elsewhere/stray.ts', `export const stray = true`],
];

const accepted: readonly (readonly [rule: string, file: string, code: string])[] = [
  ['the page imports the contract', 'src/renderer/app.tsx', `import '@sallyport/protocol'`],
  ['the client imports the verifier', 'src/main/trust/verify.ts', `import '@sallyport/protocol/verify'`],
  ['the consoles import the contract and each other’s parts', 'control/web/key/main.tsx', `import '../ui/page.tsx'`],
  ['a test of the contract has Node', 'protocol/src/frames.test.ts', `import 'node:crypto'`],
  ['concerns meet in the root', 'src/main/app.ts', `import './vault/keys.ts'`],
  ['a concern imports the platform', 'src/main/vault/keys.ts', `import '../platform/clock.ts'`],
  ['a concern imports itself, at any depth', 'src/main/vault/wrap/keys.ts', `import '../store.ts'`],
  ['a concern of control imports the database', 'control/src/rooms/rules.ts', `import '../db/pool.ts'`],
  ['a concern imports the types of ports', 'control/src/rooms/rules.ts', `import type { Port } from '../ports.ts'`],
  ['the SFU imports mediasoup', 'control/src/sfu/worker.ts', `import type { Router } from 'mediasoup/types'`],
  ['the page and the consoles import the room’s client', 'src/renderer/app.tsx', `import '@sallyport/room-client'`],
  ['a test imports the harness', 'src/main/trust/rules.test.ts', `import '../../../test/harness/person.ts'`],
  ['end-to-end tests drive control', 'test/e2e/day.test.ts', `import '../../control/src/app.ts'`],
];

describe('the import rules', () => {
  test.each(refused)('%s', async (_rule, file, code) => {
    expect(await complaints(file, code)).toEqual([expect.stringContaining('boundaries/')]);
  });

  test.each(accepted)('%s', async (_rule, file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });

  test('are part of the project’s configuration, as errors', () => {
    expect(configuration).toContain(importRules);
    const levels = Object.values(importRules.rules ?? {}).map((rule) =>
      Array.isArray(rule) ? (rule[0] as unknown) : rule,
    );
    expect(levels).toEqual(['error', 'error']);
  });
});

describe('the code rules', () => {
  // Full rules with types: the files named here exist.
  const full = new ESLint({ cwd: projectDir });
  const rulesAgainst = async (code: string): Promise<(string | null)[]> => {
    const [result] = await full.lintText(code, { filePath: 'protocol/src/frames.ts' });
    return result?.messages.map(({ ruleId }) => ruleId) ?? [];
  };

  test.each([
    ['no any', `export const a = JSON.parse('1') as any;`, '@typescript-eslint/no-explicit-any'],
    [
      'no non-null !',
      `export const a = (b: string | undefined): string => b!;`,
      '@typescript-eslint/no-non-null-assertion',
    ],
    ['no floating promise', `void 0; Promise.resolve();`, '@typescript-eslint/no-floating-promises'],
    [
      'exhaustive switches',
      `export function a(b: 'x' | 'y'): number { switch (b) { case 'x': return 1; } return 2; }`,
      '@typescript-eslint/switch-exhaustiveness-check',
    ],
    ['files under 400 lines', `export const a = 1;${'\n'.repeat(401)}export const b = 2;`, 'max-lines'],
  ])('%s', async (_name, code, rule) => {
    expect(await rulesAgainst(code)).toContain(rule);
  });
});
