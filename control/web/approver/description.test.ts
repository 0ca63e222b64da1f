import { encodeStatement, formatPairingCode, keyCodeOf, pairingCodeOf, toBase64url } from '@sallyport/protocol';
import type { Statement } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { wordsOf } from './languages.ts';
import {
  describedIn,
  grant,
  guestJoin,
  id,
  join,
  linesOf,
  manifest,
  nonce,
  noon,
  order,
  person,
  roster,
  shownIn,
} from './testing.ts';

describe.each(['en', 'cy'] as const)('S20 the approver in %s', (language) => {
  const words = wordsOf(language);

  test('shows a grant with the pairing code derived from its nonce (P3.3)', async () => {
    const shown = await shownIn(language, grant);
    expect(shown.check?.code).toBe(formatPairingCode(await pairingCodeOf(nonce)));
    const lines = linesOf(shown).join('\n');
    for (const part of ['HB-07', 'Dr Rao', 'Example Infirmary', '12:00', '12:30', '13:30']) {
      expect(lines).toContain(part);
    }
  });

  test('says whose join it is, when, and to which laptop of which prison', async () => {
    const shown = await shownIn(language, join);
    expect(shown.title).toBe(words.join.title);
    for (const part of ['HB-07', 'HMP Exemplar', 'Dr Rao', '12:00']) expect(shown.lead).toContain(part);
    expect(linesOf(shown)).toEqual(expect.arrayContaining(['Example Infirmary', words.join.shown]));
  });

  test('says which guest is let in, as what, and into whose consultation with which laptop (S38)', async () => {
    const shown = await shownIn(language, guestJoin);
    expect(shown.title).toBe(words.guest.title);
    for (const part of ['Ines Interpreter', 'HB-07', 'HMP Exemplar', '12:00']) expect(shown.lead).toContain(part);
    const said = [words.guest.kinds.interpreter, 'Example Infirmary', words.guest.known, words.guest.shown];
    expect(linesOf(shown)).toEqual(expect.arrayContaining(said));
    const clinician = { ...guestJoin, participant: { ...guestJoin.participant, kind: 'clinician' as const } };
    expect(linesOf(await shownIn(language, clinician))).toContain(words.guest.kinds.clinician);
    // Nobody takes it for their own joining.
    expect(linesOf(shown).join('\n')).not.toContain(words.join.shown);
  });

  test('lets no person approve a laptop’s join', async () => {
    const site = { id: id('12'), name: 'HMP Exemplar' };
    const participant = { kind: 'device', id: id('11'), name: 'HB-07', site } as const;
    expect(await describedIn(language, { ...join, participant })).toEqual({
      described: false,
      words: words.join.ofLaptop,
    });
  });

  test('names every laptop of an order, the reason and what follows', async () => {
    const two = { ...order, devices: [...order.devices, { id: id('15'), name: 'HB-08', sequence: 4 }] };
    const one = linesOf(await shownIn(language, order));
    const list = linesOf(await shownIn(language, two));
    expect(one).toContain('HB-07');
    expect(one).toContain('Left on a train');
    for (const consequence of words.order.consequences.brick) expect(one).toContain(consequence);
    expect(one).toContain(words.others.orderOfOne);
    expect(list).toEqual(expect.arrayContaining(['HB-07', 'HB-08', words.others.orderOfSeveral]));
  });

  test('names everybody in a manifest with their key codes, and the policy in words', async () => {
    const shown = await shownIn(language, manifest);
    const lines = linesOf(shown).join('\n');
    for (const part of ['Ada Trustee', 'Alan Trustee', 'Ifor Officer', 'HMP Exemplar', 'Megan Manager', id('12')]) {
      expect(lines).toContain(part);
    }
    for (const number of ['90', '5', '10', '168', '720']) expect(lines).toMatch(new RegExp(`\\b${number}\\b`));
    for (const { credentials } of manifest.trustees.people) {
      for (const credential of credentials) expect(lines).toContain(await keyCodeOf(credential));
    }
    expect(shown.warnings).toEqual([]);
  });

  test('names the site and everybody in a roster', async () => {
    const lines = linesOf(await shownIn(language, roster));
    expect(lines).toContain('Nia Nurse');
    expect(lines[0]).toContain('HMP Exemplar');
    expect(linesOf(await shownIn(language, { ...roster, people: [] }))).toContain(words.roster.nobody);
  });

  test('says who else must approve', async () => {
    const said = async (statement: Statement) => linesOf(await shownIn(language, statement));
    for (const statement of [grant, join, guestJoin]) expect(await said(statement)).toContain(words.others.nobody);
    expect(await said(roster)).toContain(words.others.managers);
    expect(await said(manifest)).toContain(words.others.founding(2, 'Ada Trustee, Alan Trustee'));
  });

  test('warns of a manifest that moves approvals or passkeys elsewhere', async () => {
    const policy = { ...manifest.policy, approverOrigin: 'https://evil.example.test', rpId: 'example.test' };
    expect((await shownIn(language, { ...manifest, policy })).warnings).toEqual([
      words.manifest.otherApprover('https://evil.example.test'),
      words.manifest.otherRelyingParty('example.test'),
    ]);
  });

  test('says something different for each kind of order', async () => {
    const kinds = ['suspend', 'resume', 'brick'] as const;
    const all = await Promise.all(kinds.map((kind) => shownIn(language, { ...order, order: kind })));
    expect(new Set(all.map((shown) => shown.title)).size).toBe(3);
    expect(new Set(all.map((shown) => shown.lead)).size).toBe(3);
    expect(all.map((shown) => shown.grave)).toEqual([false, false, true]);
  });

  test.each([
    ['a grant whose nonce is none', { ...grant, pairingNonce: 'AAAA' }],
    ['a join whose key is none', { ...join, mediaKey: 'AAAA' }],
    ['a guest’s join whose key is none', { ...guestJoin, mediaKey: 'AAAA' }],
    ['a manifest that names a trustee twice', twice()],
    ['a manifest whose audit key is no canonical text', withPolicy({ auditKey: 'AAB' })],
    ['a manifest whose approver its relying party does not cover', withPolicy({ rpId: 'other.test' })],
    ['a later manifest that follows none', { ...manifest, version: 2 }],
    ['a first manifest that follows one', { ...manifest, previous: 'a'.repeat(43) }],
    [
      'a roster that names a passkey twice',
      { ...roster, people: [...roster.people, { ...person('Eve', '24'), id: id('26') }] },
    ],
    ['a first roster that follows one', { ...roster, previous: 'a'.repeat(43) }],
  ] satisfies [string, Statement][])('refuses %s', async (_, statement) => {
    expect(encodeStatement(statement)).toBeDefined();
    expect(await describedIn(language, statement)).toEqual({ described: false, words: words.unknownStatement });
  });
});

describe('S20 the approver', () => {
  test('is two languages', async () => {
    for (const statement of [grant, join, guestJoin, order, manifest, roster]) {
      const english = await shownIn('en', statement);
      const welsh = await shownIn('cy', statement);
      expect(english.lead).not.toBe(welsh.lead);
    }
  });

  const { trustees, sites } = manifest;
  const coherent = {
    ...manifest,
    trustees: { ...trustees, people: [...trustees.people, person('Abe Trustee', '40')] },
    sites: sites.map((site) => ({ ...site, managers: [...site.managers, person('Mo Manager', '41')] })),
    policy: { ...manifest.policy, authenticators: [id('42')] },
  };
  test.each([
    ['a grant', grant, []],
    ['a join', join, ['participant.kind']],
    ['a guest’s join', guestJoin, []],
    ['an order', order, []],
    ['a manifest', coherent, ['version', 'previous', 'policy.rpId']],
    ['a roster', roster, ['previous']],
  ] satisfies [string, Statement, string[]][])(
    'leaves nothing of %s out: any value changed reads differently, or is refused',
    async (_, statement, refused) => {
      const whole = linesOf(await shownIn('en', statement)).join('\n');
      const notDescribed: string[] = [];
      for (const [path, changed] of variantsOf(statement)) {
        const described = await describedIn('en', changed);
        if (described.described) expect(linesOf(described.description).join('\n'), path).not.toBe(whole);
        else notDescribed.push(path);
      }
      expect(notDescribed).toEqual(refused);
    },
  );
});

function twice(): Statement {
  const { people, threshold } = manifest.trustees;
  return { ...manifest, trustees: { threshold, people: [...people, ...people.slice(0, 1)] } };
}

function withPolicy(changed: Partial<typeof manifest.policy>): Statement {
  return { ...manifest, policy: { ...manifest.policy, ...changed } };
}

/** The statement with one of its values changed, for each value but those that say what kind of text it is. */
function variantsOf(statement: Statement): [path: string, changed: Statement][] {
  const text = JSON.stringify(statement);
  const paths: (string | number)[][] = [];
  const collect = (value: unknown, path: (string | number)[]) => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) collect(member, [...path, key]);
    } else if (!['type', 'sallyport'].includes(String(path[0]))) paths.push(path);
  };
  collect(statement, []);
  return paths.map((path) => {
    const copy = JSON.parse(text) as Record<string | number, unknown>;
    let holder = copy;
    for (const key of path.slice(0, -1)) holder = holder[key] as typeof holder;
    const last = path.at(-1) ?? '';
    holder[last] = another(holder[last]);
    return [path.join('.'), copy as unknown as Statement];
  });
}

/** What stands for another of the same kind, where any other text would be no statement. */
const others: Readonly<Record<string, string>> = {
  brick: 'suspend',
  consultant: 'device',
  interpreter: 'clinician',
  prison: 'hospital',
};

function another(value: unknown): string | number {
  if (typeof value === 'number') return value >= noon ? value + 86_400_000 : value + 1;
  if (value === null) return toBase64url(new Uint8Array(32));
  if (typeof value !== 'string') throw new Error('a value of a kind that statements do not have');
  const [first = '', ...rest] = Array.from(value);
  return others[value] ?? [first === 'a' ? 'b' : 'a', ...rest].join('');
}
