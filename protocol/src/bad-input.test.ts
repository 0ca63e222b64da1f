import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effort, seed, tried } from '../../test/harness/effort.ts';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../test/harness/sample-fleet.ts';
import type { Approval } from './approvals.ts';
import { longestLeap } from './contents.ts';
import { decodeStatement, encodeStatement } from './statements.ts';
import type { Statement } from './statements.ts';
import { digestOf, verifyStatement } from './verify.ts';
import type { Approver } from './verify.ts';

// A hostile control writes whatever it likes and even gets honest people to approve it: what is accepted is still only
// what this device, at this moment, may obey.

const now = Date.UTC(2026, 10, 22, 9);
const fleet = sampleFleet(now);
const { people, manifest, device } = fleet;
const appointment = '5b0e7a52-6f2b-4a0e-9e0b-3f1f5d0a7c11';
const [heir, mallory] = [samplePerson('Heir'), samplePerson('Mallory')];
const everybody: SamplePerson[] = [...Object.values(people), heir, mallory];

const previous = await digestOf(encodeStatement(manifest));
const rosterDigest = await digestOf(encodeStatement(fleet.roster));
const afterSequence = 4;

const policies = {
  grant: {
    type: 'grant',
    at: 'opening',
    now,
    device: device.id,
    site: device.site,
    afterSequence,
    roster: fleet.roster,
  },
  order: { type: 'order', now, device: device.id, afterSequence },
  roster: { type: 'roster', now, afterVersion: 1, current: { version: 1, digest: rosterDigest } },
  manifest: { type: 'manifest', now, anchored: false, previous },
  join: {
    type: 'join',
    now,
    appointment,
    device: device.id,
    consultant: people.consultant.named.id,
    roster: fleet.hospitalRoster,
  },
} as const;
type Kind = keyof typeof policies;

const honest: { [K in Kind]: { statement: Statement; by: SamplePerson[] } } = {
  grant: { statement: fleet.grant(now, { sequence: 5 }), by: [people.nurse] },
  order: {
    statement: fleet.order(now, {
      devices: [
        { id: device.id, name: device.name, sequence: 5 },
        { id: fleet.prison, name: 'HB-08', sequence: 1 },
      ],
    }),
    by: [people.officer, people.otherOfficer],
  },
  roster: { statement: { ...fleet.roster, version: 2, previous: rosterDigest }, by: [people.prisonManager] },
  manifest: {
    statement: { ...manifest, version: 2, previous, trustees: { threshold: 1, people: [heir.named] } },
    by: [people.trustee, heir],
  },
  join: { statement: fleet.join(now, appointment), by: [people.consultant] },
};
const kinds = Object.keys(honest) as Kind[];

function verify(kind: Kind, bytes: Uint8Array<ArrayBuffer>, approvals: Approval[]): ReturnType<typeof verifyStatement> {
  return verifyStatement(bytes, approvals, manifest, policies[kind] as never);
}

function approve(bytes: Uint8Array<ArrayBuffer>, by: readonly SamplePerson[]): Approval[] {
  return by.map(({ authenticator }) => authenticator.approve(bytes, fleet.place));
}

/** Values that schemas, numbers and objects trip over. */
const oddities = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, '', ' ', '\u202e', '\u0000', [], {}, -1, 0, 0.5, 5, 6, 1e308, 2 ** 31 - 1, 2 ** 31, 2 ** 53],
    ...['__proto__', 'constructor', manifest.fleet, device.id, fleet.hospital, people.nurse.named.id, rosterDigest],
    ...[now, now - 1, now + 1, now + 60_000, now + 86_400_000, now + 400 * 86_400_000, 'brick', 'resume', 'manifest'],
  ),
  fc.jsonValue({ maxDepth: 2 }),
  fc.integer(),
  fc.string({ maxLength: 50 }),
);

/** Every place in a JSON value, as paths. */
function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([name, member]) => placesOf(member, [...path, name]))];
}

type Change =
  | { kind: 'replace'; value: unknown }
  | { kind: 'remove' }
  | { kind: 'add'; name: string; value: unknown }
  | { kind: 'repeat' };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('replace' as const), value: oddities }),
  fc.record({ kind: fc.constant('remove' as const) }),
  fc.record({ kind: fc.constant('add' as const), name: fc.constantFrom('__proto__', 'more', 'type'), value: oddities }),
  fc.record({ kind: fc.constant('repeat' as const) }),
);

/** Applies a change at a place of a JSON value; a new value. */
function changed(value: unknown, path: readonly string[], made: Change): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return made.kind === 'replace' ? made.value : added(value, made);
  if (Array.isArray(value)) {
    return value.flatMap((member, index) =>
      String(index) === first ? inList(member, rest, made) : [member as unknown],
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).flatMap(([name, member]) => {
    if (name !== first) return [[name, member as unknown]];
    return made.kind === 'remove' && rest.length === 0 ? [] : [[name, changed(member, rest, made)]];
  });
  return Object.fromEntries(members as [string, unknown][]);
}

/** A changed member of a list: none, one or two in its place. */
function inList(member: unknown, rest: readonly string[], made: Change): unknown[] {
  if (rest.length === 0 && made.kind === 'remove') return [];
  return rest.length === 0 && made.kind === 'repeat' ? [member, member] : [changed(member, rest, made)];
}

function added(value: unknown, made: Change): unknown {
  if (made.kind !== 'add' || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries([...Object.entries(value), [made.name, made.value]]);
}

type Of<T extends Statement['type']> = Extract<Statement, { type: T }>;
/** How many different people approved in a role. */
type Who = (role: Approver['role']) => number;

/** What must hold of an accepted statement of each type, said a second time and plainly. */
const obeyable: { [T in Statement['type']]: (statement: Of<T>, who: Who) => boolean[] } = {
  grant: ({ device: { id, site }, sequence, openUntil, issuedAt, notAfter }, who) => [
    id === device.id && site === fleet.prison,
    isNext(sequence),
    openUntil > now && openUntil <= issuedAt + 120 * 60_000,
    notAfter <= issuedAt + 5 * 60_000,
    who('healthcare') === 1,
  ],
  order: ({ devices }, who) => [
    devices.some(({ id, sequence }) => id === device.id && isNext(sequence)),
    who('fleetOfficer') >= Math.min(2, devices.length),
  ],
  roster: (roster, who) => [
    roster.site === fleet.prison && roster.siteName === 'HMP Exemplar',
    roster.version > 2 || (roster.version === 2 && roster.previous === rosterDigest),
    who('manager') === 1,
  ],
  manifest: (next, who) => [next.version === 2, next.previous === previous, who('trustee') >= 1],
  join: ({ participant, ...join }, who) => [
    join.appointment === appointment && join.device.id === device.id,
    participant.kind === 'consultant' && participant.id === people.consultant.named.id,
    participant.name === people.consultant.named.name,
    who('consultant') === 1,
  ],
};

function mayBeObeyed(statement: Statement, approvers: readonly Approver[]): boolean {
  const who: Who = (role) => new Set(approvers.filter((one) => one.role === role).map((one) => one.person)).size;
  const inTime = statement.type === 'manifest' || statement.notAfter > now;
  const rules = obeyable[statement.type] as (statement: Statement, who: Who) => boolean[];
  return (
    inTime &&
    statement.issuedAt <= now + 300_000 &&
    statement.fleet === manifest.fleet &&
    rules(statement, who).every(Boolean)
  );
}

function isNext(sequence: number): boolean {
  return sequence > afterSequence && sequence <= afterSequence + longestLeap;
}

describe('P2.12 S4 whatever a hostile control writes and gets approved', () => {
  test.each(kinds)('an honest %s is accepted', async (kind) => {
    const bytes = encodeStatement(honest[kind].statement);
    expect(await verify(kind, bytes, approve(bytes, honest[kind].by))).toMatchObject({ accepted: true });
  });

  test.each(kinds)(
    'a %s with any member replaced, removed, added or repeated means only what may be obeyed',
    async (kind) => {
      const { statement, by } = honest[kind];
      const runs = effort(400, 8000);
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...placesOf(statement)), change, async (place, made) => {
          const text = JSON.stringify(changed(statement, place, made)) as string | undefined;
          const bytes = new TextEncoder().encode(text ?? '');
          const result = await verify(kind, bytes, approve(bytes, by));
          if (!result.accepted) return;
          accepted += 1;
          expect(decodeStatement(bytes)).toEqual(result.statement);
          expect(mayBeObeyed(result.statement, result.approvers)).toBe(true);
        }),
        { numRuns: runs, ...seed() },
      );
      // The search is no search when nothing it makes is ever accepted (a reason in other words, say).
      expect(accepted).toBeGreaterThan(0);
      tried(`changed statements of type ${kind}`, runs);
    },
  );

  test('any byte of any statement or approval changed afterwards: refused', async () => {
    const runs = effort(1000, 20_000);
    const approved = new Map(
      kinds.map((kind) => {
        const bytes = encodeStatement(honest[kind].statement);
        return [kind, { bytes, approvals: approve(bytes, honest[kind].by) }] as const;
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (kind, at, flip) => {
          const { bytes, approvals } = approved.get(kind) ?? { bytes: new Uint8Array(1), approvals: [] };
          const copy = Uint8Array.from(bytes);
          copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ flip;
          expect((await verify(kind, copy, approvals)).accepted).toBe(false);
        },
      ),
      { numRuns: runs, ...seed() },
    );
    tried('statements with one byte changed', runs);
  });

  test('a statement approved as one type is never taken for another', async () => {
    for (const written of kinds) {
      const bytes = encodeStatement(honest[written].statement);
      const approvals = approve(bytes, honest[written].by);
      for (const wanted of kinds.filter((kind) => kind !== written)) {
        expect(await verify(wanted, bytes, approvals)).toEqual({ accepted: false, reason: 'wrong-type' });
      }
    }
  });
});

const gesture = fc.record({
  who: fc.nat(everybody.length - 1),
  rpId: fc.constantFrom(fleet.place.rpId, fleet.place.rpId, fleet.place.rpId, 'example.com'),
  origin: fc.constantFrom(fleet.place.origin, fleet.place.origin, fleet.place.origin, 'https://localhost:8441'),
  userVerified: fc.constantFrom(true, true, true, false),
  crossOrigin: fc.constantFrom(false, false, false, true),
});
type Gesture = typeof gesture extends fc.Arbitrary<infer T> ? T : never;

function isGood({ rpId, origin, userVerified, crossOrigin }: Gesture): boolean {
  return rpId === fleet.place.rpId && origin === fleet.place.origin && userVerified && !crossOrigin;
}

/** Who may approve each honest statement, and how many different people must: one entry a quorum. */
const quorums: { [K in Kind]: { people: SamplePerson[]; needed: number }[] } = {
  grant: [{ people: [people.nurse], needed: 1 }],
  order: [{ people: [people.officer, people.otherOfficer], needed: 2 }],
  roster: [{ people: [people.prisonManager], needed: 1 }],
  manifest: [
    { people: [people.trustee], needed: 1 },
    { people: [heir], needed: 1 },
  ],
  join: [{ people: [people.consultant], needed: 1 }],
};

test('P2.3 P2.4 S7 whoever approves however often: accepted exactly when enough different people of the role did it rightly', async () => {
  const runs = effort(600, 12_000);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...kinds), fc.array(gesture, { maxLength: 5 }), async (kind, gestures) => {
      const bytes = encodeStatement(honest[kind].statement);
      const approvals = gestures.map(({ who, ...place }) => {
        return (everybody[who] ?? mallory).authenticator.approve(bytes, place);
      });
      const good = new Set(gestures.filter(isGood).map(({ who }) => everybody[who]));
      const enough = quorums[kind].every(
        (quorum) => quorum.people.filter((one) => good.has(one)).length >= quorum.needed,
      );
      expect((await verify(kind, bytes, approvals)).accepted).toBe(enough);
    }),
    { numRuns: runs, ...seed() },
  );
  tried('sets of approvals', runs);
});
