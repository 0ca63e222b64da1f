import { describe, expect, test, vi } from 'vitest';
import { fromBase64url } from '@sallyport/protocol';
import type { GuestView, Join, JoinProof, Participant, Roster } from '@sallyport/protocol';
import { approved, mediaKey as freshKey, TestFleet, testPerson } from '../ui/trust-testing.ts';
import type { TestPerson } from '../ui/trust-testing.ts';
import type { TrustProblem } from '../ui/trust.ts';
import { GuestAdmission } from './guest-admission.ts';
import { OwnKey } from './own-key.ts';
import { UsedLink } from './used-link.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = await TestFleet.create(now);
const { people, roster, appointment } = fleet;
/** Another consultant of the same hospital. */
const locum = await testPerson('Dr Locum');
const hospitalRoster: Roster = { ...fleet.hospitalRoster, people: [...fleet.hospitalRoster.people, locum.named] };
const guest = { kind: 'interpreter', id: crypto.randomUUID(), name: 'Ines Interpreter' } as const;
const mediaKey = await freshKey();
const view: GuestView = {
  guest: { ...guest, state: 'admitted' },
  appointment: {
    id: appointment,
    consultant: { name: 'Dr Rao', hospital: 'Example Infirmary' },
    prison: 'HMP Exemplar',
    ...{ startsAt: now, opensAt: now, closesAt: now + 1_200_000 },
  },
  now,
};

class PlayedTrust {
  manifest: typeof fleet.manifest | undefined = fleet.manifest;
  problem: TrustProblem | undefined;
  readonly asked: string[][] = [];

  roster(site: string): Roster | undefined {
    return [roster, hospitalRoster].find((each) => each.site === site);
  }

  refresh(sites: readonly string[]): Promise<TrustProblem | undefined> {
    this.asked.push([...sites]);
    return Promise.resolve(this.problem);
  }
}

const asGuest = { ...guest, site: fleet.hospital };
const joinOf = (changes: Partial<Join> = {}): Join => fleet.join(mediaKey, { participant: asGuest, ...changes });
const proofOf = async (join = joinOf(), by: TestPerson = people.consultant): Promise<JoinProof> => ({
  kind: 'guest',
  join: await approved(join, by),
});
const own = await proofOf();

function scene(proof: JoinProof = own, key: string | undefined = mediaKey) {
  const trust = new PlayedTrust();
  return { trust, admission: new GuestAdmission({ trust, proof, view, mediaKey: key, now: () => now }) };
}

const troubleOf = async (proof: JoinProof): Promise<unknown> => {
  const admitted = await scene(proof).admission.obtain();
  return admitted.ok ? 'admitted' : admitted.trouble;
};

describe('S38 a guest’s way in', () => {
  test('is the join that the consultant approved, over this guest’s name and this page’s key', async () => {
    const { admission, trust } = scene();
    expect(await admission.obtain()).toEqual({
      ok: true,
      proof: expect.objectContaining({ kind: 'guest' }) as unknown,
    });
    expect(trust.asked).toEqual([[fleet.prison.id, fleet.hospital.id]]);
  });

  test('is none for another guest, another consultation or another’s key', async () => {
    for (const changes of [
      { participant: { ...asGuest, name: 'Ian Impostor' } },
      { participant: { ...asGuest, id: crypto.randomUUID() } },
      { participant: { ...asGuest, kind: 'clinician' as const } },
      { appointment: crypto.randomUUID() },
      { mediaKey: await freshKey() },
    ]) {
      expect(await troubleOf(await proofOf(joinOf(changes)))).toEqual({ kind: 'statement' });
    }
    const asConsultant: JoinProof = { kind: 'consultant', join: await approved(joinOf(), people.consultant) };
    expect(await troubleOf(asConsultant)).toEqual({ kind: 'statement' });
    expect(await troubleOf({ kind: 'guest', join: { statement: 'AA', approvals: [] } })).toEqual({ kind: 'statement' });
  });

  test('holds on a page that came back by its cookie, which has made no key', async () => {
    const { trust } = scene();
    const admission = new GuestAdmission({ trust, proof: own, view, mediaKey: undefined, now: () => now });
    expect((await admission.obtain()).ok).toBe(true);
  });

  test('is none that nobody of the hospital approved, or that is over', async () => {
    expect(await troubleOf(await proofOf(joinOf(), people.nurse))).toMatchObject({ trouble: { reason: 'outdated' } });
    const over = await proofOf(joinOf({ issuedAt: now - 10_000, notAfter: now }));
    expect(await troubleOf(over)).toMatchObject({ trouble: { reason: 'expired' } });
  });

  test('is none while the fleet’s people cannot be believed', async () => {
    const { admission, trust } = scene();
    trust.problem = { kind: 'went-back' };
    expect(await admission.obtain()).toEqual({ ok: false, trouble: { kind: 'trust', problem: { kind: 'went-back' } } });
  });
});

describe('S25 whom a guest sees and hears', () => {
  const consultant = async (changes: Partial<Join> = {}, by = people.consultant): Promise<Participant> => {
    const join = fleet.join(await freshKey(), changes);
    return { ...join.participant, proof: { kind: 'consultant', join: await approved(join, by) } };
  };
  const clinician = async (by = people.consultant): Promise<Participant> => {
    const participant = { ...asGuest, kind: 'clinician', id: crypto.randomUUID(), name: 'Dr Second' } as const;
    return { ...participant, proof: await proofOf(fleet.join(await freshKey(), { participant }), by) };
  };

  test('the consultant who let them in, the laptop that staff opened for them, and another guest of theirs', async () => {
    const { admission } = scene();
    const others = [await consultant(), await fleet.laptopInRoom(), await clinician()];
    const vouched = await Promise.all(others.map((other) => admission.verify(other)));
    expect(vouched.map((each) => each.accepted && each.vouchedBy.name)).toEqual(['Dr Rao', 'Nia Nurse', 'Dr Rao']);
  });

  test('not another consultant of the hospital, nor a guest or laptop of another’s', async () => {
    const { admission } = scene();
    const { id, name } = locum.named;
    const participant = { kind: 'consultant', id, name, site: fleet.hospital } as const;
    for (const other of [await consultant({ participant }, locum), await clinician(locum)]) {
      expect((await admission.verify(other)).accepted).toBe(false);
    }
    const ofLocum = scene(await proofOf(joinOf(), locum)).admission;
    for (const other of [await consultant(), await fleet.laptopInRoom()]) {
      expect((await ofLocum.verify(other)).accepted).toBe(false);
    }
  });

  test('nobody, before the fleet’s documents are there', async () => {
    const { admission, trust } = scene();
    trust.manifest = undefined;
    expect(await admission.verify(await consultant())).toEqual({ accepted: false, reason: 'outdated' });
  });
});

describe('S38 what a guest’s browser keeps', () => {
  test('a key whose private half cannot leave it', async () => {
    const made = vi.spyOn(crypto.subtle, 'generateKey');
    const key = new OwnKey();
    expect(await key.madeHere()).toBeUndefined();
    const point = fromBase64url(await key.publicKey());
    expect([point?.length, point?.[0]]).toEqual([65, 4]);
    expect(await key.madeHere()).toBe(await key.publicKey());
    // Made once, and not extractable.
    expect(made.mock.calls.map(([, extractable]) => extractable)).toEqual([false]);
    made.mockRestore();
  });

  test('of the link no more than a digest', async () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const link = new UsedLink(() => storage);
    expect(await link.isThis('TOKEN')).toBe(false);
    await link.remember('TOKEN');
    expect(await link.isThis('TOKEN')).toBe(true);
    expect(await link.isThis('OTHER')).toBe(false);
    expect(JSON.stringify([...kept])).not.toContain('TOKEN');
  });

  test('and nothing where it may keep nothing', async () => {
    const link = new UsedLink(() => {
      throw new Error('forbidden');
    });
    await link.remember('TOKEN');
    expect(await link.isThis('TOKEN')).toBe(false);
  });
});
