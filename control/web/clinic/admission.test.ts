import { encodeStatement, fromBase64url, toBase64url } from '@sallyport/protocol';
import type { ApprovalTask, Join, SignedInPerson } from '@sallyport/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Api } from '../ui/api.ts';
import type { ApprovalOutcome } from '../ui/approve.ts';
import { approved, TestFleet, testPerson } from '../ui/trust-testing.ts';
import type { TestPerson } from '../ui/trust-testing.ts';
import { ConsoleTrust } from '../ui/trust.ts';
import { Admission } from './admission.ts';

const start = Date.UTC(2026, 10, 22, 9);
const fleet = await TestFleet.create(start);
const { people, manifest, roster, hospitalRoster } = fleet;
const documents = {
  manifest: await approved(manifest, people.trustee),
  prison: await approved(roster, people.prisonManager),
  hospital: await approved(hospitalRoster, people.hospitalManager),
};
const person: SignedInPerson = {
  id: people.consultant.named.id,
  name: 'Dr Rao',
  role: 'consultant',
  site: { ...fleet.hospital, kind: 'hospital' },
};
const appointment = { id: fleet.appointment, device: fleet.laptop, prison: fleet.prison };

let now: number;
/** What control changes in the statement it was asked for. */
let changes: Partial<Join>;
let hospital: typeof documents.hospital | null;
let calls: string[];
let tooEarly: boolean;
let approver: TestPerson;
let outcome: Exclude<ApprovalOutcome['result'], 'approved'> | undefined;
let tasks: ApprovalTask[];

const api = {
  call: async (
    name: string,
    input: { params: { id: string }; query: { after: number }; body: { mediaKey: string } },
  ) => {
    calls.push(name);
    if (name === 'trustChain') return answer({ manifests: [documents.manifest], more: false });
    if (name === 'trustRoster') {
      return answer({ roster: input.params.id === fleet.prison.id ? documents.prison : hospital });
    }
    if (tooEarly) return { ok: false, trouble: { reason: 'too-early', retryAfter: 60 } };
    const statement = toBase64url(encodeStatement(fleet.join(input.body.mediaKey, changes)));
    const id = crypto.randomUUID();
    return answer({ id, statement, credentials: people.consultant.named.credentials.map((each) => each.id) });
  },
} as unknown as Api;
const answer = (value: unknown) => ({ ok: true, value });

function admission(): Admission {
  const storage = { getItem: () => null, setItem: () => undefined };
  const approve = async (task: ApprovalTask): Promise<ApprovalOutcome> => {
    tasks.push(task);
    if (outcome !== undefined) return { result: outcome };
    const bytes = fromBase64url(task.statement) ?? new Uint8Array();
    return { result: 'approved', approval: await approver.approve(bytes) };
  };
  const trust = new ConsoleTrust({ api, storage, now: () => now });
  return new Admission({ api, trust, approve, appointment, person, now: () => now });
}

beforeEach(() => {
  now = start;
  changes = {};
  hospital = documents.hospital;
  calls = [];
  tooEarly = false;
  approver = people.consultant;
  outcome = undefined;
  tasks = [];
});

async function admitted(): Promise<Admission> {
  const made = admission();
  const got = await made.obtain();
  if (!got.ok) throw new Error(got.trouble.kind);
  return made;
}

describe('S25 a consultant’s join', () => {
  test('is over a key of this page’s own, and approved by the consultant', async () => {
    const made = admission();
    const got = await made.obtain();
    if (!got.ok || got.proof.kind !== 'consultant') throw new Error('not admitted');
    const participant = { ...fleet.join('').participant, proof: got.proof };
    // What anybody else makes of it: it verifies by the same trust.
    expect(await made.verify(participant)).toMatchObject({ accepted: true, vouchedBy: { name: 'Dr Rao' } });
  });

  test('opens the approver in the turn of the click once it is prepared', async () => {
    const made = admission();
    await made.prepare();
    expect(calls).toEqual(['trustChain', 'trustRoster', 'trustRoster', 'draftJoin']);
    void made.obtain();
    expect(tasks).toHaveLength(1);
  });

  test('is drafted once, also when the click comes while it is being prepared', async () => {
    const made = admission();
    void made.prepare();
    expect((await made.obtain()).ok).toBe(true);
    expect(calls.filter((name) => name === 'draftJoin')).toHaveLength(1);
  });

  test('is approved once for this page: joining again asks for no other gesture, until it is over or refused', async () => {
    const made = admission();
    const first = await made.obtain();
    expect(await made.obtain()).toEqual(first);
    now = start + 30 * 60_000;
    await made.obtain();
    expect(tasks).toHaveLength(2);
    made.discard();
    now = start;
    await made.obtain();
    expect(tasks).toHaveLength(3);
  });

  const elsewhere = { id: '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11', name: 'Elsewhere' };
  const { participant, device } = fleet.join('');
  test.each<[string, Partial<Join>]>([
    ['another key', { mediaKey: toBase64url(new Uint8Array(65).fill(4)) }],
    ['another appointment', { appointment: elsewhere.id }],
    ['another laptop', { device: { ...device, id: elsewhere.id } }],
    ['another name of the laptop', { device: { ...device, name: 'HB-08' } }],
    ['another prison', { device: { ...device, prison: elsewhere } }],
    ['another consultant', { participant: { ...participant, id: elsewhere.id } }],
    ['another name', { participant: { ...participant, name: 'Dr Who' } }],
    ['another hospital', { participant: { ...participant, site: elsewhere } }],
    ['a laptop’s join', { participant: { ...participant, kind: 'device' } }],
    ['another fleet', { fleet: elsewhere.id }],
  ])('is never one over %s: nobody is asked to approve it', async (_other, change) => {
    changes = change;
    expect(await admission().obtain()).toEqual({ ok: false, trouble: { kind: 'statement' } });
    expect(tasks).toEqual([]);
  });

  test('is not to be had while the room is not open, or when it is not approved', async () => {
    tooEarly = true;
    const early = { kind: 'trouble', trouble: { reason: 'too-early', retryAfter: 60 } };
    const made = admission();
    expect(await made.obtain()).toEqual({ ok: false, trouble: early });
    tooEarly = false;
    outcome = 'closed';
    expect(await made.obtain()).toEqual({ ok: false, trouble: { kind: 'approval', result: 'closed' } });
    outcome = undefined;
    expect((await made.obtain()).ok).toBe(true);
  });

  test('is not asked for on the word of a control whose lists nobody approved', async () => {
    hospital = await approved(hospitalRoster, await testPerson('Mallory'));
    expect(await admission().obtain()).toEqual({
      ok: false,
      trouble: { kind: 'trust', problem: { kind: 'not-approved' } },
    });
    expect(calls).not.toContain('draftJoin');
  });
});

describe('S25 who else is in the room', () => {
  test('is the laptop that people opened, vouched for by whoever opened it', async () => {
    const made = await admitted();
    expect(await made.verify(await fleet.laptopInRoom())).toMatchObject({
      accepted: true,
      vouchedBy: { name: 'Nia Nurse' },
    });
  });

  test('is no other laptop, and none of another room', async () => {
    const made = await admitted();
    const laptop = await fleet.laptopInRoom();
    expect(await made.verify({ ...laptop, name: 'HB-08' })).toEqual({ accepted: false, reason: 'wrong-type' });
    const elsewhere = await fleet.laptopInRoom({ appointment: crypto.randomUUID() });
    expect(await made.verify(elsewhere)).toEqual({ accepted: false, reason: 'wrong-device' });
    const stranger = await TestFleet.create(start);
    expect(await made.verify(await stranger.laptopInRoom())).toMatchObject({ accepted: false });
  });

  test('is nobody before the consultant has approved what room it is', async () => {
    const made = admission();
    await made.prepare();
    expect(await made.verify(await fleet.laptopInRoom())).toEqual({ accepted: false, reason: 'outdated' });
  });
});
