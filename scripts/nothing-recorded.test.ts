import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectDir } from './stages/project.ts';

const parts = ['src', 'room-client/src', 'control/src', 'control/web', 'protocol/src'];

/** Ways to get hold of pictures or sound other than showing them: of the browser, of Electron, and of the media server. */
const takers = [
  'MediaRecorder',
  'ImageCapture',
  'MediaStreamTrackProcessor',
  'captureStream',
  'toDataURL',
  'toBlob',
  'getImageData',
  'requestVideoFrameCallback',
  'desktopCapturer',
  'capturePage',
  'beginFrameSubscription',
  'createPlainTransport',
  'createPipeTransport',
  'createDirectTransport',
  'pipeToRouter',
];

function sourcesOf(part: string): string[] {
  const names = readdirSync(path.join(projectDir, part), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.(ts|tsx|mjs)$/.test(name) && !name.includes('.test.') && !/node_modules|dist/.test(name))
    .map((name) => path.join(part, name));
}

describe('S11 nothing of the consultation is recorded', () => {
  const sources = parts.flatMap(sourcesOf).map((file) => ({
    file,
    text: readFileSync(path.join(projectDir, file), 'utf8'),
  }));

  test('every part has been looked at', () => {
    for (const part of parts) expect(sources.some(({ file }) => file.startsWith(part))).toBe(true);
  });

  test.each(takers)('no part uses %s', (taker) => {
    expect(sources.filter(({ text }) => text.includes(taker)).map(({ file }) => file)).toEqual([]);
  });

  test('the laptop’s window is kept out of other programs’ captures', () => {
    const window = sources.find(({ file }) => file === path.join('src', 'main/lockdown/window.ts'));
    expect(window?.text).toContain('window.setContentProtection(true);');
  });
});
