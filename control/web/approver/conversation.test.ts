import { encodeStatement, toBase64url } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { converse } from './conversation.ts';
import type { Asked, IncomingMessage } from './conversation.ts';

const consoleOrigin = 'https://console.example';
const noon = Date.UTC(2026, 6, 15, 11);
const id = '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11';
const bytes = encodeStatement({
  ...{ sallyport: 1, fleet: id, issuedAt: noon, notAfter: noon + 300_000, manifestVersion: 1 },
  ...{ type: 'order', order: 'suspend', devices: [{ id, name: 'HB-07', sequence: 1 }], reason: 'Mislaid' },
});
const request = { type: 'approve', statement: toBase64url(bytes), credentials: ['AAAA'], language: 'cy' };

/** A console that opened the approver. */
function scene() {
  const posted: { message: unknown; target: string }[] = [];
  const opener = { postMessage: (message: unknown, target: string) => void posted.push({ message, target }) };
  const listeners: ((message: IncomingMessage) => void)[] = [];
  const asked: Asked[] = [];
  const conversation = converse(
    opener,
    consoleOrigin,
    (listener) => listeners.push(listener),
    (request) => asked.push(request),
  );
  const say = (data: unknown, from: Partial<IncomingMessage> = {}) => {
    for (const listener of listeners) listener({ source: opener, origin: consoleOrigin, data, ...from });
  };
  return { posted, asked, say, conversation };
}

describe('S20 the approver’s conversation', () => {
  test('begins with ready, said to the configured console only', () => {
    expect(scene().posted).toEqual([{ message: { type: 'ready' }, target: consoleOrigin }]);
  });

  test('takes the request of the console that opened it', () => {
    const { say, asked } = scene();
    say(request);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.language).toBe('cy');
    expect(asked[0]?.understood?.bytes).toEqual(bytes);
    expect(asked[0]?.understood?.statement).toMatchObject({ type: 'order', reason: 'Mislaid' });
  });

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['the console’s origin with something added', { origin: `${consoleOrigin}.evil.example` }],
    ['another window of the console', { source: {} }],
  ])('takes none from %s', (_, from) => {
    const { say, asked } = scene();
    say(request, from);
    expect(asked).toEqual([]);
  });

  test('takes only one, so that what is shown never changes', () => {
    const { say, asked } = scene();
    say(request);
    say({ ...request, language: 'en' });
    expect(asked).toHaveLength(1);
  });

  test('ignores what is no request', () => {
    const { say, asked } = scene();
    for (const data of [{}, 'approve', { ...request, extra: 1 }, { ...request, credentials: [] }, null]) say(data);
    expect(asked).toEqual([]);
  });

  test.each([
    ['no statement', toBase64url(new TextEncoder().encode('{"type":"transfer"}'))],
    ['a statement with white space', toBase64url(new TextEncoder().encode(` ${new TextDecoder().decode(bytes)}`))],
    ['another spelling of the same bytes', `${toBase64url(bytes)}A`],
  ])('does not pretend to understand %s', (_, statement) => {
    const { say, asked } = scene();
    say({ ...request, statement });
    expect(asked).toEqual([{ language: 'cy', understood: undefined }]);
  });

  test('hears of the version that a statement follows, and does not understand one that is no canonical base64url', () => {
    const hearing = scene();
    hearing.say({ ...request, previous: toBase64url(bytes) });
    expect(hearing.asked[0]?.understood?.previous).toEqual(bytes);
    const misled = scene();
    misled.say({ ...request, previous: 'AAB' });
    expect(misled.asked).toEqual([{ language: 'cy', understood: undefined }]);
  });

  test('does not understand credentials that are no canonical base64url', () => {
    const { say, asked } = scene();
    say({ ...request, credentials: ['AAAA', 'AAB'] });
    expect(asked).toEqual([{ language: 'cy', understood: undefined }]);
  });
});
