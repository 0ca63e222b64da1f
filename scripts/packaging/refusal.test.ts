import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import refuseDevelopment from '../../build/packaging/refuse-development.mjs';
import refuseFallback from '../../build/packaging/refuse-fallback.mjs';
import { projectDir } from '../stages/project.ts';
import { packagingRefusal } from './refusal.ts';

const release = { version: '45.4.1', source: 'release', isMarkedFallback: false } as const;

describe('S18 what may be shipped', () => {
  test('the pinned release may', () => {
    expect(packagingRefusal(release)).toBeUndefined();
  });

  test('the release that package.json pins is recent enough', () => {
    const { devDependencies } = JSON.parse(readFileSync(path.join(projectDir, 'package.json'), 'utf8')) as {
      devDependencies: { electron: string };
    };
    expect(packagingRefusal({ ...release, version: devDependencies.electron })).toBeUndefined();
  });

  test('the fallback runtime is refused, whatever version it claims', () => {
    expect(packagingRefusal({ ...release, source: 'fallback' })).toContain('fallback runtime');
  });

  test('a folder with the mark of the fallback is refused, whatever set-up recorded', () => {
    expect(packagingRefusal({ ...release, isMarkedFallback: true })).toContain('fallback runtime');
  });

  test.each(['33.2.1', '42.9.9', '43.4.9', '9.0.0'])('Electron %s is refused as too old', (version) => {
    expect(packagingRefusal({ ...release, version })).toContain('no longer supported');
  });

  test.each(['43.5.0', '44.0.0', '100.0.0'])('Electron %s is not too old', (version) => {
    expect(packagingRefusal({ ...release, version })).toBeUndefined();
  });

  test.each(['', '45', '45.4.1-beta.1', 'latest'])('"%s" is refused as no release', (version) => {
    expect(packagingRefusal({ ...release, version })).toContain('no released version');
  });
});

describe('S18 what electron-builder itself is told, whoever starts it', () => {
  test('the configuration names both hooks', () => {
    const configuration = readFileSync(path.join(projectDir, 'electron-builder.yml'), 'utf8');
    expect(configuration).toContain('beforePack: ./build/packaging/refuse-development.mjs');
    expect(configuration).toContain('afterPack: ./build/packaging/refuse-fallback.mjs');
  });

  test('a development build is refused, the one that ships is not', async () => {
    const projectDir = await mkdtemp(path.join(tmpdir(), 'sallyport-build-'));
    const packager = { projectDir, config: {} };
    await mkdir(path.join(projectDir, 'out/main'), { recursive: true });
    await expect(refuseDevelopment({ packager })).resolves.toBeUndefined();
    await writeFile(path.join(projectDir, 'out/main/DEVELOPMENT-BUILD'), '');
    await expect(refuseDevelopment({ packager })).rejects.toThrow('development build');
    await rm(projectDir, { recursive: true });
  });

  test('an Electron with the mark of the fallback is refused before anything is packed', async () => {
    const electronDist = await mkdtemp(path.join(tmpdir(), 'sallyport-dist-'));
    const packager = { projectDir: electronDist, config: { electronDist } };
    await expect(refuseDevelopment({ packager })).resolves.toBeUndefined();
    await writeFile(path.join(electronDist, 'SALLYPORT-FALLBACK-RUNTIME'), '');
    await expect(refuseDevelopment({ packager })).rejects.toThrow('fallback runtime');
    await rm(electronDist, { recursive: true });
  });

  test('an output folder with the mark is refused and removed; one without stays', async () => {
    const appOutDir = await mkdtemp(path.join(tmpdir(), 'sallyport-packed-'));
    await writeFile(path.join(appOutDir, 'sallyport'), '');
    await refuseFallback({ appOutDir });
    expect(existsSync(appOutDir)).toBe(true);
    await writeFile(path.join(appOutDir, 'SALLYPORT-FALLBACK-RUNTIME'), '');
    await expect(refuseFallback({ appOutDir })).rejects.toThrow('fallback runtime');
    expect(existsSync(appOutDir)).toBe(false);
    await rm(appOutDir, { recursive: true, force: true });
  });
});
