import { expect, test } from 'vitest';
import { readTime } from './read-time.ts';

test('times are taken as people type them', () => {
  expect(['9:30', '09.30', ' 0930 ', '930', '23:59'].map(readTime)).toEqual([
    '09:30',
    '09:30',
    '09:30',
    '09:30',
    '23:59',
  ]);
  expect(['24:00', '12:60', '9', 'half past', ''].map(readTime)).toEqual(Array.from({ length: 5 }));
});
