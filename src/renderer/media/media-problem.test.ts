import { expect, test } from 'vitest';
import { mediaProblemOf } from './media-problem.ts';

test.each([
  ['NotFoundError', 'missing'],
  ['OverconstrainedError', 'missing'],
  ['NotReadableError', 'in-use'],
  ['AbortError', 'in-use'],
  ['NotAllowedError', 'refused'],
  ['SecurityError', 'refused'],
  ['InvalidStateError', 'failed'],
])('%s is told as %s', (name, problem) => {
  expect(mediaProblemOf(new DOMException('', name))).toBe(problem);
});

test('what is no error at all is told as failed', () => {
  expect(mediaProblemOf('NotFoundError')).toBe('failed');
  expect(mediaProblemOf(undefined)).toBe('failed');
});
