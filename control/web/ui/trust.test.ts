import type { ApprovedStatement, Manifest, Roster } from '@sallyport/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Api } from './api.ts';
import { approved, digestOfStatement, TestFleet, testPerson } from './trust-testing.ts';
import { ConsoleTrust } from './trust.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = await TestFleet.create(now);
const { people, manifest, hospitalRoster } = fleet;
const hospital = fleet.hospital.id;

/** What control answers; the test is control. */
let chain: ApprovedStatement[];
let roster: ApprovedStatement | null;
let pageSize: number;
let asked: number[];
let down: boolean;
let stored: Map<string, string>;

const api = {
  call: async (name: string, input: { query: { after: number } }) => {
    if (down) return { ok: false, trouble: { reason: 'unreachable' } };
    if (name === 'trustRoster') return { ok: true, value: { roster } };
    asked.push(input.query.after);
    const rest = chain.slice(input.query.after);
    return { ok: true, value: { manifests: rest.slice(0, pageSize), more: rest.length > pageSize } };
  },
} as unknown as Api;

const storage = {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
};
const page = (): ConsoleTrust => new ConsoleTrust({ api, storage, now: () => now });

async function follow(before: Manifest, changes: Partial<Manifest> = {}): Promise<Manifest> {
  return { ...before, version: before.version + 1, previous: await digestOfStatement(before), ...changes };
}

/** A chain of so many versions, each approved by the trustee. */
async function chainOf(length: number): Promise<Manifest[]> {
  const versions = [manifest];
  for (let last = manifest; versions.length < length; versions.push(last)) last = await follow(last);
  return versions;
}

const publish = (versions: Manifest[]) => Promise.all(versions.map((each) => approved(each, people.trustee)));

beforeEach(async () => {
  chain = await publish([manifest]);
  roster = await approved(hospitalRoster, people.hospitalManager);
  pageSize = 100;
  asked = [];
  down = false;
  stored = new Map();
});

describe('S6 what a console believes of the fleet’s people', () => {
  test('is pinned at first use, and walked from there', async () => {
    const versions = await chainOf(3);
    const first = page();
    expect(await first.refresh([hospital])).toBeUndefined();
    expect([first.manifest?.version, first.roster(hospital)?.people[0]?.name]).toEqual([1, 'Dr Rao']);
    chain = await publish(versions);
    const later = page();
    expect(await later.refresh([hospital])).toBeUndefined();
    expect([later.manifest?.version, asked]).toEqual([3, [0, 0]]);
    expect(await page().refresh([])).toBeUndefined();
    expect(asked.at(-1)).toBe(2);
  });

  test('comes in pages, as long as they bring it further', async () => {
    pageSize = 2;
    chain = await publish(await chainOf(5));
    const trust = page();
    expect(await trust.refresh([])).toBeUndefined();
    expect([trust.manifest?.version, asked]).toEqual([5, [0, 2, 4]]);
  });

  test('does not go back: an older chain is refused, and the newer stays in force', async () => {
    const versions = await chainOf(3);
    chain = await publish(versions);
    const trust = page();
    await trust.refresh([]);
    chain = await publish(versions.slice(0, 2));
    expect(await trust.refresh([])).toEqual({ kind: 'went-back' });
    expect(trust.manifest?.version).toBe(3);
    expect(await page().refresh([])).toEqual({ kind: 'went-back' });
  });

  test('is not replaced by another fleet’s, also one that says to be the next version', async () => {
    const trust = page();
    await trust.refresh([]);
    const [stranger, mallory] = [await TestFleet.create(now), await testPerson('Mallory')];
    chain = [await approved(stranger.manifest, stranger.people.trustee)];
    expect(await page().refresh([])).toEqual({ kind: 'went-back' });
    const usurped = await follow(manifest, { trustees: { threshold: 1, people: [mallory.named] } });
    chain = [...(await publish([manifest])), await approved(usurped, mallory)];
    expect(await trust.refresh([])).toEqual({ kind: 'not-approved' });
    expect(trust.manifest).toEqual(manifest);
  });

  test('is no gap, no forgery and nothing unreadable', async () => {
    const versions = await chainOf(3);
    const [one, two, three] = await publish(versions);
    if (one === undefined || two === undefined || three === undefined) throw new Error('too short');
    for (const broken of [
      [one, three],
      [one, { ...two, approvals: [] }],
      [one, { ...two, statement: three.statement }],
      [one, { ...two, statement: 'A' }],
    ]) {
      chain = broken;
      expect(await page().refresh([])).toEqual({ kind: 'not-approved' });
    }
  });

  test('begins with the first version, approved by its own trustees', async () => {
    chain = await publish((await chainOf(2)).slice(1));
    expect(await page().refresh([])).toEqual({ kind: 'not-approved' });
    chain = [await approved(manifest, people.nurse)];
    expect(await page().refresh([])).toEqual({ kind: 'not-approved' });
    chain = [];
    expect(await page().refresh([])).toEqual({ kind: 'not-approved' });
    expect(stored.size).toBe(0);
  });

  test('is not read from a pin that was changed', async () => {
    await page().refresh([]);
    stored.set('sallyport.trust', '{"manifest":1}');
    expect(await page().refresh([])).toEqual({ kind: 'unreadable' });
  });

  test('is known for as long as the page is open where the browser keeps nothing', async () => {
    const forbidden = {
      getItem: () => {
        throw new Error('forbidden');
      },
      setItem: () => {
        throw new Error('forbidden');
      },
    };
    const trust = new ConsoleTrust({ api, storage: forbidden, now: () => now });
    chain = await publish(await chainOf(2));
    expect(await trust.refresh([hospital])).toBeUndefined();
    chain = await publish([manifest]);
    expect(await trust.refresh([hospital])).toEqual({ kind: 'went-back' });
  });

  test('is not had when control cannot be asked; what was in force stays', async () => {
    const trust = page();
    await trust.refresh([hospital]);
    down = true;
    expect(await trust.refresh([hospital])).toEqual({ kind: 'trouble', trouble: { reason: 'unreachable' } });
    expect([trust.manifest, trust.roster(hospital)]).toEqual([manifest, hospitalRoster]);
  });
});

describe('S6 the rosters a console believes', () => {
  const next = async (changes: Partial<Roster> = {}): Promise<Roster> => {
    return { ...hospitalRoster, version: 2, previous: await digestOfStatement(hospitalRoster), ...changes };
  };

  test('are those of their site’s managers', async () => {
    const trust = page();
    for (const [offered, by] of [
      [hospitalRoster, people.prisonManager],
      [hospitalRoster, people.consultant],
      [fleet.roster, people.prisonManager],
      [{ ...hospitalRoster, notAfter: now }, people.hospitalManager],
    ] as const) {
      roster = await approved(offered, by);
      expect(await trust.refresh([hospital])).toEqual({ kind: 'not-approved' });
      expect(trust.roster(hospital)).toBeUndefined();
    }
  });

  test('do not go back, also in a page that is opened later', async () => {
    roster = await approved(await next({ people: [] }), people.hospitalManager);
    expect(await page().refresh([hospital])).toBeUndefined();
    roster = await approved(hospitalRoster, people.hospitalManager);
    const later = page();
    expect(await later.refresh([hospital])).toEqual({ kind: 'went-back' });
    expect(later.roster(hospital)).toBeUndefined();
  });

  test('are one for each version: another of the same number is refused, and so is a next one that follows another', async () => {
    const trust = page();
    await trust.refresh([hospital]);
    roster = await approved({ ...hospitalRoster, people: [] }, people.hospitalManager);
    expect(await trust.refresh([hospital])).toEqual({ kind: 'went-back' });
    const previous = await digestOfStatement({ ...hospitalRoster, people: [] });
    roster = await approved(await next({ previous }), people.hospitalManager);
    expect(await trust.refresh([hospital])).toEqual({ kind: 'not-approved' });
    roster = await approved(await next(), people.hospitalManager);
    expect(await trust.refresh([hospital])).toBeUndefined();
    expect(trust.roster(hospital)?.version).toBe(2);
  });

  test('fall when control has none that stands', async () => {
    const trust = page();
    await trust.refresh([hospital]);
    roster = null;
    expect(await trust.refresh([hospital, crypto.randomUUID()])).toBeUndefined();
    expect(trust.roster(hospital)).toBeUndefined();
  });
});
