import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effort, seed } from '../../test/harness/effort.ts';
import { consistencyOf, digestOf, headOf, inclusionOf, nodeOf } from '../../test/harness/merkle-reference.ts';
import { emptyRoot, isConsistent, isIncluded } from './merkle.ts';
import type { TreeHead } from './merkle.ts';

// The reference tree of Certificate Transparency (RFC 6962, whose 2.1 is RFC 9162's): eight leaves, every root on the way.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
/** Hashes of that tree's complete subtrees, by the leaves under each. */
const nodes = {
  '0': roots[1],
  '1': '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '2': '0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7',
  '3': '07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7',
  '4': 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  '5': '4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658',
  '6': 'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
  '01': roots[2],
  '23': '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '45': '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  '67': 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  '0123': roots[4],
  '4567': '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
} as const;

const text = (hex: string | undefined): string => Buffer.from(hex ?? 'missing', 'hex').toString('base64url');
const reference = (size: number): TreeHead => ({ size, root: text(roots[size]) });
const named = (...names: (keyof typeof nodes | '456')[]): string[] =>
  names.map((name) => (name === '456' ? nodeOf(text(nodes['45']), text(nodes['6'])) : text(nodes[name])));

test('the root of nothing is the standard’s', () => {
  expect(emptyRoot).toBe(text(roots[0]));
});

describe('S27 an entry is shown to be in a tree (RFC 9162, 2.1.3)', () => {
  test.each([
    // RFC 9162, 2.1.5 names the first four.
    [0, 7, named('1', '23', '456')],
    [3, 7, named('2', '01', '456')],
    [4, 7, named('5', '6', '0123')],
    [6, 7, named('45', '0123')],
    [0, 1, []],
    [0, 8, named('1', '23', '4567')],
    [5, 8, named('4', '67', '0123')],
    [2, 3, named('01')],
    [1, 5, named('0', '23', '4')],
  ])('leaf %i of %i', async (index, size, proof) => {
    expect(await isIncluded({ index, data: text(leaves[index]) }, reference(size), proof)).toBe(true);
  });
});

describe('S27 P5.9 a tree is shown to go on from an earlier one (RFC 9162, 2.1.4)', () => {
  test.each([
    // RFC 9162, 2.1.5 names the first three.
    [3, 7, named('2', '3', '01', '456')],
    [4, 7, named('456')],
    [6, 7, named('45', '6', '0123')],
    [0, 8, []],
    [1, 1, []],
    [1, 8, named('1', '23', '4567')],
    [6, 8, named('45', '67', '0123')],
    [2, 5, named('23', '4')],
  ])('%i to %i', async (before, after, proof) => {
    expect(await isConsistent(reference(before), reference(after), proof)).toBe(true);
  });
});

describe('S27 whatever is not so is not shown', () => {
  const cases = fc.record({
    before: fc.integer({ min: 1, max: 70 }),
    more: fc.integer({ min: 1, max: 70 }),
    place: fc.nat(),
    how: fc.constantFrom(...Object.keys(spoilers)),
  });
  const data = Array.from({ length: 140 }, (_, index) => digestOf(Buffer.from(`entry ${index}`)));

  test('a tree that goes on from another, and any part of the proof changed', async () => {
    const property = async ({ before: first, more, place, how }: Case): Promise<void> => {
      const [before, after] = [headOf(data.slice(0, first)), headOf(data.slice(0, first + more))];
      const proof = consistencyOf(first, data.slice(0, first + more));
      expect(await isConsistent(before, after, proof)).toBe(true);
      const changed = spoilt({ before, after, proof }, how, place);
      if (changed !== undefined) expect(await isConsistent(changed.before, changed.after, changed.proof)).toBe(false);
    };
    await fc.assert(fc.asyncProperty(cases, property), { numRuns: effort(300, 5000), ...seed() });
  });

  test('a leaf in a tree, and any part of the proof changed', async () => {
    const property = async ({ before: index, more, place, how }: Case): Promise<void> => {
      const all = data.slice(0, index + more);
      const [after, leaf] = [headOf(all), { index, data: all[index] ?? '' }];
      const proof = inclusionOf(index, all);
      expect(await isIncluded(leaf, after, proof)).toBe(true);
      const changed = spoilt({ before: after, after, proof }, how, place);
      if (changed === undefined || how === 'earlier root') return;
      expect(await isIncluded(leaf, changed.after, changed.proof)).toBe(false);
      expect(await isIncluded({ ...leaf, data: digestOf(Buffer.from('another')) }, after, proof)).toBe(false);
    };
    await fc.assert(fc.asyncProperty(cases, property), { numRuns: effort(300, 5000), ...seed() });
  });

  test.each([
    [-1, 3],
    [4, 3],
    [1.5, 3],
    [Number.NaN, 3],
    [3, 2 ** 60],
  ])('sizes %d and %d are none', async (before, after) => {
    const head = (size: number): TreeHead => ({ size, root: emptyRoot });
    expect(await isConsistent(head(before), head(after), [])).toBe(false);
    expect(await isIncluded({ index: before, data: emptyRoot }, head(after), [])).toBe(false);
  });

  test('proofs longer than any tree is high are not even hashed', async () => {
    const proof = Array.from({ length: 65 }, () => emptyRoot);
    expect(await isConsistent({ size: 3, root: emptyRoot }, { size: 2 ** 52, root: emptyRoot }, proof)).toBe(false);
  });
});

interface Case {
  before: number;
  more: number;
  place: number;
  how: string;
}

interface Shown {
  before: TreeHead;
  after: TreeHead;
  proof: string[];
}

/** One change; undefined where there is nothing of the kind to change. */
const spoilers: Record<string, (shown: Shown, at: number, other: string) => Shown | undefined> = {
  root: ({ after, ...rest }, _at, other) => ({ ...rest, after: { ...after, root: other } }),
  'earlier root': ({ before, ...rest }, _at, other) => ({ ...rest, before: { ...before, root: other } }),
  size: ({ after, ...rest }) => ({ ...rest, after: { ...after, size: after.size * 2 } }),
  longer: ({ proof, ...rest }, _at, other) => ({ ...rest, proof: [...proof, other] }),
  hash: ({ proof, ...rest }, at, other) => (proof.length === 0 ? undefined : { ...rest, proof: proof.with(at, other) }),
  malformed: ({ proof, ...rest }, at) => (proof.length === 0 ? undefined : { ...rest, proof: proof.with(at, 'AA') }),
  shorter: ({ proof, ...rest }, at) => (proof.length === 0 ? undefined : { ...rest, proof: proof.toSpliced(at, 1) }),
  order: ({ proof, ...rest }) => (proof.length < 2 ? undefined : { ...rest, proof: proof.toReversed() }),
};

function spoilt(shown: Shown, how: string, place: number): Shown | undefined {
  const at = shown.proof.length === 0 ? 0 : place % shown.proof.length;
  return spoilers[how]?.(shown, at, digestOf(Buffer.from('something else')));
}
