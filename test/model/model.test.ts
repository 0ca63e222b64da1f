import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { effort, tried } from '../harness/effort.ts';
import { modelTransitions } from './lifecycle-table.ts';
import { atLast, never } from './promises.ts';
import type { ModelPromise } from './promises.ts';
import { modelFolder, Verifier } from './spin.ts';
import type { Bounds, Outcome } from './spin.ts';

/** How much is searched to its end: a share of it in `npm test`, the whole in `npm run prove`. */
interface Search {
  readonly share: Bounds;
  readonly whole: Bounds;
}

const everything: Search = { share: { SEQUENCES: 1, CUTS: 1 }, whole: { SEQUENCES: 2, CUTS: 2 } };
const numbers: Search = {
  share: { ROOMS: 0, DAMAGE: 0, SEQUENCES: 2, MANIFESTS: 2, ROSTERS: 2, CUTS: 1 },
  whole: { ROOMS: 0, DAMAGE: 0, SEQUENCES: 3, MANIFESTS: 2, ROSTERS: 2, CUTS: 1 },
};
const twoLaptops: Search = {
  share: { LAPTOPS: 2, ROOMS: 0, LEASES: 0, DAMAGE: 0, SEQUENCES: 1, MANIFESTS: 2, ROSTERS: 1, CUTS: 0 },
  whole: { LAPTOPS: 2, ROOMS: 0, LEASES: 0, DAMAGE: 0, SEQUENCES: 1, MANIFESTS: 2, ROSTERS: 2, CUTS: 1 },
};
const inTheEnd: Search = {
  share: { GRANTS: 0, ROOMS: 0, SEQUENCES: 2, MANIFESTS: 1, ROSTERS: 1, CUTS: 2 },
  whole: { ROOMS: 0, SEQUENCES: 2, MANIFESTS: 1, ROSTERS: 1, CUTS: 3 },
};
const searches: [what: string, search: Search][] = [
  ['one laptop and everything that can happen to it', everything],
  ['one laptop and more grants and orders, without rooms', numbers],
  ['two laptops of two prisons', twoLaptops],
];

/** Ms. */
const patience = effort(120_000, 1_800_000);
const verifiers = new Map<string, Promise<Verifier>>();
const outcomes = new Map<Search, Promise<Outcome>>();

/** Compiles once for all searches within the same bounds. */
function verifierOf(bounds: Bounds, forever = false): Promise<Verifier> {
  const key = JSON.stringify([bounds, forever]);
  const verifier = verifiers.get(key) ?? Verifier.create(bounds, { forever });
  verifiers.set(key, verifier);
  return verifier;
}

function boundsOf({ share, whole }: Search): Bounds {
  return effort(0, 1) === 0 ? share : whole;
}

/** Searches once for all tests that look at the outcome. */
function outcomeOf(search: Search): Promise<Outcome> {
  const outcome = outcomes.get(search) ?? verifierOf(boundsOf(search)).then((verifier) => verifier.search());
  outcomes.set(search, outcome);
  return outcome;
}

/** With its words first, for a title that is not cut short. */
function titled(promises: readonly ModelPromise[]): [words: string, promise: ModelPromise][] {
  return promises.map((promise) => [promise.words, promise]);
}

/** The names between the braces of a declaration of the model. */
function declared(after: string): string[] {
  const text = readFileSync(path.join(modelFolder, 'sallyport.pml'), 'utf8');
  const [, list = ''] = new RegExp(`^${after}([^;}]*)[;}]`, 'm').exec(text) ?? [];
  return list.replaceAll(/\/\*.*?\*\//g, '').match(/\w+/g) ?? [];
}

afterAll(async () => {
  await Promise.all([...verifiers.values()].map(async (verifier) => (await verifier).close()));
});

describe.concurrent('S29 the model of the trusted core, searched to its end', () => {
  test.each(searches)('S29 %s: every promise is kept', { timeout: patience }, async (_what, search) => {
    const outcome = await outcomeOf(search);
    expect(outcome.broken, outcome.output).toBeUndefined();
    expect(outcome.isWhole, outcome.output).toBe(true);
    tried('situations of the checked model', outcome.states);
  });

  test.each(titled(atLast))('S29 %s', { timeout: patience }, async (_words, { name }) => {
    const verifier = await verifierOf(boundsOf(inTheEnd), true);
    const outcome = await verifier.search([], name);
    expect(outcome.broken, outcome.output).toBeUndefined();
    expect(outcome.isWhole, outcome.output).toBe(true);
    tried('situations of the checked model', outcome.states);
  });

  test(
    'S29 every transition comes about, but for those that nothing of the model raises',
    { timeout: patience },
    async () => {
      const all = await Promise.all([everything, numbers].map(outcomeOf));
      const isReached = (line: number): boolean =>
        // Both processes hold the table: what neither has come to is told twice.
        all.some(({ unreached }) => unreached.filter((place) => place === line).length < 2);
      const never = modelTransitions.filter(({ line }) => !isReached(line));
      expect(never.map(({ from, event }) => `${from} ${event}`)).toEqual([
        // An enrolment is one step of the model, and a blank laptop has nothing to erase.
        'blank enrolment_started',
        'blank enrolment_refused',
        'blank erase',
        // The lease has no more to say to a laptop that is suspended.
        'suspended_order suspended_by_lease',
        'suspended_lease suspended_by_lease',
      ]);
    },
  );
});

describe.concurrent('S29 every promise can be broken: Spin finds how once a check of the code is left out', () => {
  test.each(titled(never))('S29 %s', { timeout: patience }, async (_words, { name, breaks }) => {
    for (const without of breaks) {
      // To see one code open twice takes two grants.
      const verifier = await verifierOf(without.includes('nonce_used_up') ? numbers.share : everything.share);
      const { broken, output } = await verifier.search(without);
      expect(broken, `without ${without.join(' and ')}\n${output}`).toBe(name);
    }
  });

  test.each(titled(atLast))('S29 %s', { timeout: patience }, async (_words, { name, breaks }) => {
    const verifier = await verifierOf(inTheEnd.share, true);
    for (const without of breaks) {
      const { broken, output } = await verifier.search(without, name);
      expect(broken, `without ${without.join(' and ')}\n${output}`).toBe(name);
    }
  });

  test('S29 no promise and no check of the model is left out of this', () => {
    const promises = [...never, ...atLast];
    const checks = promises.flatMap(({ breaks }) => breaks.flat());
    expect(new Set(never.map(({ name }) => name))).toEqual(new Set(declared('hidden byte ')));
    expect(new Set(checks)).toEqual(new Set(declared('mtype:check = \\{').filter((check) => check !== 'every')));
  });
});
