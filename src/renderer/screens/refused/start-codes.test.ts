import { startRefusal } from '@sallyport/protocol';
import { expect, test } from 'vitest';
import { startCodes } from './start-codes.ts';

test('every reason that stops a start has a code of its own', () => {
  const codes = startRefusal.options.map((reason) => startCodes[reason]);
  expect(new Set(codes).size).toBe(startRefusal.options.length);
  for (const code of codes) expect(code).toMatch(/^[A-Z]\d$/);
});
