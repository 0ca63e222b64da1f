import { expect, test } from 'vitest';
import { pairingGroups } from './pairing-groups.ts';

test('a pairing code is shown in two groups of three', () => {
  expect(pairingGroups('4F7K2M')).toEqual(['4F7', 'K2M']);
});

test('no symbol of a code is lost or changed', () => {
  expect(pairingGroups('0O1ILZ').join('')).toBe('0O1ILZ');
  expect(pairingGroups('')).toEqual([]);
});
