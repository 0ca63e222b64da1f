import type { TrustChange } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { translator } from '../ui/messages/catalogue.ts';
import { passkeysOf, sitesToApproveAnew, wordsForChange } from './difference-words.ts';
import { wordsForPolicy } from './policy-words.ts';
import { changesOfProposal, isMet, titleOfProposal, wordsForProgress, wordsForQuorum } from './proposal-words.ts';
import { ada, day, manifest, megan, nia, noon, olwen, order, owen, prison, proposed, roster } from './testing.ts';
import { validityOf, wordsForValidity } from './validity.ts';

const t = translator('en');
const say = (change: TrustChange) => wordsForChange(change, t, 'en');
const managers = { list: 'managers', site: prison } as const;

describe('a difference, in words', () => {
  test('says who joins, leaves, is renamed, and among whom', () => {
    expect([
      say({ change: 'person-added', of: { list: 'roster' }, person: nia }),
      say({ change: 'person-removed', of: { list: 'fleetOfficers' }, person: olwen }),
      say({ change: 'person-renamed', of: managers, person: megan.id, from: 'Megan Manager', to: 'Megan Jones' }),
    ]).toEqual([
      'Nia Nurse joins the people of the site.',
      'Olwen Officer leaves the fleet officers.',
      'Megan Manager is now called Megan Jones, among the managers of HMP Exemplar.',
    ]);
  });

  test('says how many must agree, what a rule becomes, and until when', () => {
    expect([
      say({ change: 'threshold', of: { list: 'trustees' }, from: 2, to: 1 }),
      say({ change: 'rule', rule: 'suspendAfterHours', from: 168, to: 1 }),
      say({ change: 'rule', rule: 'grantMinutes', from: 5, to: 1 }),
      say({ change: 'rule', rule: 'authenticators', from: [], to: ['a', 'b'] }),
      say({ change: 'end', from: noon, to: noon + day }),
    ]).toEqual([
      'Of the trustees, 1 must agree instead of 2.',
      'A laptop out of contact suspends itself after: 1 hour instead of 168 hours (7 days).',
      'The approval to open a laptop must be used within: 1 minute instead of 5 minutes.',
      'Models of security key for new passkeys: a, b instead of any.',
      'Valid until 6 Jan 2026, 12:00 instead of 5 Jan 2026, 12:00.',
    ]);
  });

  test('says of a site what it is, and who decides there', () => {
    const site = { ...prison, kind: 'prison', managers: [megan], threshold: 1 } as const;
    const {
      managers: [...people],
      ...rest
    } = site;
    expect(say({ change: 'site-added', site: { ...rest, managers: people } })).toBe(
      'HMP Exemplar (prison) is new. Managers: Megan Manager. Of them, 1 must agree.',
    );
    expect(say({ change: 'site-kind', site: prison, from: 'prison', to: 'hospital' })).toBe(
      'HMP Exemplar is now a hospital instead of a prison.',
    );
  });

  test('S6 shows the code of every passkey that comes in', () => {
    const of = { list: 'roster' } as const;
    const site = { ...prison, kind: 'prison' as const, managers: [megan], threshold: 1 };
    const brought: TrustChange[] = [
      { change: 'person-added', of, person: nia },
      { change: 'passkeys-added', of, person: { id: owen.id, name: owen.name }, credentials: owen.credentials },
      { change: 'site-added', site },
    ];
    expect(brought.flatMap(passkeysOf)).toEqual([
      { name: nia.name, passkey: nia.credentials[0] },
      { name: owen.name, passkey: owen.credentials[0] },
      { name: megan.name, passkey: megan.credentials[0] },
    ]);
    expect(passkeysOf({ change: 'person-removed', of, person: nia })).toEqual([]);
  });

  test('names the sites whose managers must approve their list anew', () => {
    const removed: TrustChange = { change: 'person-removed', of: managers, person: megan };
    const renamed: TrustChange = { change: 'site-renamed', site: prison.id, from: 'HMP Old', to: 'HMP New' };
    const threshold = (from: number, to: number): TrustChange => ({ change: 'threshold', of: managers, from, to });
    expect(sitesToApproveAnew([removed, renamed, removed])).toEqual(['HMP Exemplar', 'HMP New']);
    expect([threshold(1, 2), threshold(2, 1)].map((change) => sitesToApproveAnew([change]))).toEqual([
      ['HMP Exemplar'],
      [],
    ]);
    const ofOthers: TrustChange[] = [
      { change: 'person-removed', of: { list: 'trustees' }, person: ada },
      { change: 'person-added', of: managers, person: nia },
      { change: 'threshold', of: { list: 'trustees' }, from: 1, to: 2 },
    ];
    expect(sitesToApproveAnew(ofOthers)).toEqual([]);
  });

  test('is Welsh in Welsh', () => {
    expect(wordsForChange({ change: 'person-removed', of: managers, person: megan }, translator('cy'), 'cy')).toBe(
      'Mae Megan Manager yn gadael rheolwyr HMP Exemplar.',
    );
  });
});

describe('a proposal, in words', () => {
  test('says what it is', () => {
    expect([
      titleOfProposal(proposed('manifest', manifest), t),
      titleOfProposal(proposed('roster', roster), t),
      titleOfProposal(proposed('order', order), t),
    ]).toEqual(['Who may do what, version 3', 'The people of HMP Exemplar, version 7', 'Brick: HB-07, HB-08']);
  });

  test('shows what it changes of the version it follows', () => {
    const next = { ...roster, version: 8, people: [nia] };
    expect(changesOfProposal(proposed('roster', next, roster))).toEqual([
      { change: 'person-removed', of: { list: 'roster' }, person: owen },
    ]);
    expect(changesOfProposal(proposed('manifest', { ...manifest, version: 4, notAfter: noon }, manifest))).toEqual([
      { change: 'end', from: manifest.notAfter, to: noon },
    ]);
  });

  test('shows a site’s first list as all new, and admits when it cannot tell', () => {
    expect(changesOfProposal(proposed('roster', roster))?.map(({ change }) => change)).toEqual([
      'person-added',
      'person-added',
    ]);
    expect(changesOfProposal(proposed('manifest', manifest))).toBeUndefined();
    expect(changesOfProposal(proposed('roster', roster, manifest))).toBeUndefined();
    expect(changesOfProposal(proposed('order', order))).toBeUndefined();
    const { task, ...rest } = proposed('roster', roster);
    expect(changesOfProposal({ ...rest, task: { ...task, previous: 'AAAA' } })).toBeUndefined();
  });

  test('says whose approvals it has, and whose it needs', () => {
    const proposal = proposed('manifest', manifest);
    const rotating = { ...proposal, quorums: [...proposal.quorums, ...proposal.quorums] };
    expect(wordsForQuorum(proposal, 0, t)).toBe('Trustees');
    expect([0, 1].map((index) => wordsForQuorum(rotating, index, t))).toEqual([
      'Trustees until now',
      'Trustees from then on',
    ]);
    const quorum = { role: 'trustee', needed: 2, approvedBy: [ada.name] } as const;
    expect(wordsForProgress({ ...quorum, approvedBy: [...quorum.approvedBy] }, t)).toBe(
      '1 of 2 approved: Ada Trustee.',
    );
    expect(isMet({ ...quorum, approvedBy: [] })).toBe(false);
    expect(isMet({ ...quorum, approvedBy: ['Ada Trustee', 'Alan Trustee'] })).toBe(true);
  });
});

describe('the time of a list', () => {
  test('is warned of from thirty days before it ends', () => {
    const at = (days: number) => validityOf({ issuedAt: noon - 300 * day, notAfter: noon + days * day }, noon).name;
    expect([30.1, 30, 0.01, 0, -1].map(at)).toEqual(['good', 'ending', 'ending', 'over', 'over']);
  });

  test('is warned of in its last third when it is short', () => {
    const at = (days: number) => validityOf({ issuedAt: noon - (9 - days) * day, notAfter: noon + days * day }, noon);
    expect([3.1, 3].map((days) => at(days).name)).toEqual(['good', 'ending']);
    expect(at(2.5)).toEqual({ name: 'ending', days: 2 });
  });

  test('says what happens then, and who must act', () => {
    expect(wordsForValidity({ name: 'ending', days: 12 }, 'manifest', t)).toMatch(/12 days.*trustees.*no laptop/);
    expect(wordsForValidity({ name: 'ending', days: 1 }, 'roster', t)).toMatch(/less than two days.*managers/);
    expect(wordsForValidity({ name: 'over' }, 'manifest', t)).toMatch(/is over.*can still be suspended/);
    expect(wordsForValidity({ name: 'good' }, 'roster', t)).toBeUndefined();
  });
});

test('the rules in force are whole sentences with their numbers', () => {
  const words = wordsForPolicy(manifest.policy, t);
  expect(words).toContain('A laptop out of contact for 168 hours (7 days) suspends itself.');
  expect(words).toContain('An opened laptop locks itself after 120 minutes at the latest.');
  expect(words.join(' ')).not.toMatch(/\{\w+\}/);
});
