import type { ControlRequestParams, DeviceAppointment, Grant, Manifest, Roster } from '@sallyport/protocol';
import { toBase64url } from '@sallyport/protocol';
import { generateSealingKeyPair, sealShare } from '@sallyport/protocol/sealing';
import { describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../../test/harness/sample-fleet.ts';
import { exactBytes, following, sampleTrust } from '../../../test/harness/sample-trust.ts';
import { systemRandom } from '../platform/random.ts';
import { manualClock } from '../platform/testing/manual-clock.ts';
import { takeGrant } from './grants.ts';
import type { KeptTrust } from './kept-trust.ts';
import { Pairing } from './pairing.ts';
import { keptInMemory } from './testing/kept-in-memory.ts';
import { noTries } from './wrong-tries.ts';
import type { KeptTries } from './wrong-tries.ts';

const now = Date.UTC(2026, 10, 22, 9);
const day = 86_400_000;
const fleet = sampleFleet(now);
const { people } = fleet;
const roster1 = fleet.approved(fleet.roster, people.prisonManager);
const hospital1 = fleet.approved(fleet.hospitalRoster, people.hospitalManager);
const consultant = {
  id: people.consultant.named.id,
  name: 'Dr Rao',
  hospital: { id: fleet.hospital, name: 'Example Infirmary' },
};

const patient = { patientReference: 'P 1', patientName: 'Alex Example' };
type Offer = ControlRequestParams<'grant.open'>;

/** A laptop whose code a nurse has typed. */
async function granting(kept: Partial<KeptTrust> = {}) {
  const sample = await sampleTrust(fleet, now, kept);
  const pairing = new Pairing({
    kept: keptInMemory<KeptTries>(noTries),
    clock: manualClock(now),
    random: systemRandom,
    grantLifetime: () => 5 * 60_000,
    onChange: () => undefined,
  });
  await pairing.start();
  const typed = (): string => {
    const { view } = pairing;
    const checked = pairing.check(view.state === 'shown' ? view.code : '');
    return checked.ok ? checked.value.nonce : '';
  };
  const keys = await generateSealingKeyPair();
  const share = new Uint8Array(32).fill(7);
  const pairingNonce = typed();
  const offer = async (
    changes: Partial<Grant> = {},
    sent: Partial<DeviceAppointment> = {},
    by: SamplePerson = people.nurse,
  ): Promise<Offer> => {
    const statement = fleet.grant(now, { pairingNonce, ...changes });
    const grant = fleet.approved(statement, by);
    return {
      grant,
      share: await sealShare(share, keys.publicKey, exactBytes(grant)),
      appointment: { ...statement.appointment, ...patient, startsAt: now, endsAt: now + 1000, ...sent },
      upcoming: [],
    };
  };
  const take = (params: Offer) => takeGrant({ trust: sample.trust, pairing, sealingKey: keys.privateKey }, params);
  const said = async (params: Offer): Promise<string> => {
    const taken = await take(params);
    return taken.ok ? 'taken' : taken.refusal.reason;
  };
  return { ...sample, sample, offer, take, said, share, typed };
}

const appointmentWith = (changed: Partial<Grant['appointment']['consultant']>): Partial<Grant> => {
  const { appointment } = fleet.grant(now);
  return { appointment: { ...appointment, consultant: { ...appointment.consultant, ...changed } } };
};

describe('S4 S5 a grant', () => {
  test('approved by a nurse of the site for the code on the screen gives the server share, once', async () => {
    const { kept, offer, take, share } = await granting();
    const params = await offer();
    const taken = await take(params);
    expect(taken.ok && taken.value.serverShare).toEqual(share);
    expect(taken.ok && taken.value).toMatchObject({
      approved: params.grant,
      approver: { person: people.nurse.named.id, credential: people.nurse.authenticator.credential.id },
    });
    expect(kept.value.grantSequence).toBe(1);
    expect(await take(params)).toEqual({ ok: false, refusal: { reason: 'replayed' } });
  });

  test('two deliveries at once open once', async () => {
    const { offer, take } = await granting();
    const params = await offer();
    const both = await Promise.all([take(params), take(params)]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('a sequence is used once, whatever is verified at the same time', async () => {
    const { trust, offer } = await granting();
    const { grant } = await offer();
    const taken = await Promise.all([1, 2].map(() => trust.takeGrant(exactBytes(grant), grant.approvals)));
    expect(taken.map((each) => (each.accepted ? 'taken' : each.reason)).sort()).toEqual(['replayed', 'taken']);
  });

  test('for another pairing opens nothing', async () => {
    const { offer, said } = await granting();
    expect(await said(await offer({ pairingNonce: toBase64url(new Uint8Array(16).fill(1)) }))).toBe('wrong-code');
  });

  test('that names another laptop’s key opens nothing, though it has this one’s number', async () => {
    const { offer, said, kept } = await granting();
    const device = { ...fleet.device, key: sampleFleet(now).device.key };
    expect(await said(await offer({ device }))).toBe('wrong-device');
    expect(kept.value.grantSequence).toBe(0);
  });

  test.each<[string, Partial<DeviceAppointment>]>([
    ['consultant', { consultant: { ...consultant, id: fleet.prison } }],
    ['consultant’s name', { consultant: { ...consultant, name: 'Dr Roe' } }],
    ['hospital', { consultant: { ...consultant, hospital: { ...consultant.hospital, id: fleet.prison } } }],
    ['hospital’s name', { consultant: { ...consultant, hospital: { ...consultant.hospital, name: 'Elsewhere' } } }],
    ['time', { closesAt: now + 999_999 }],
    ['appointment', { id: fleet.prison }],
  ])('T7 with another %s than was approved opens nothing', async (_what, sent) => {
    const { offer, said } = await granting();
    expect(await said(await offer({}, sent))).toBe('malformed');
  });

  test('a share sealed for another grant does not open', async () => {
    const { offer, said } = await granting();
    const [first, second] = [await offer(), await offer({ sequence: 2 })];
    expect(await said({ ...first, share: second.share })).toBe('failed');
  });

  test('the sequence is durable before anything is opened: a disk that fails opens nothing', async () => {
    const { kept, offer, take } = await granting();
    kept.fault = new Error('disk');
    await expect(take(await offer())).rejects.toThrow('disk');
  });
});

describe('S4 T7 a false consultant never gets before a patient', () => {
  test.each<[string, Partial<Grant>, string]>([
    ['somebody the hospital’s roster does not name', appointmentWith({ id: fleet.prison }), 'unknown-credential'],
    ['a right number with a wrong name', appointmentWith({ name: 'Dr Roe' }), 'unknown-credential'],
    [
      'a nurse, of the prison’s roster',
      appointmentWith({ id: people.nurse.named.id, name: 'Nia Nurse' }),
      'unknown-credential',
    ],
    [
      'a nurse, with the prison for a hospital',
      appointmentWith({
        id: people.nurse.named.id,
        name: 'Nia Nurse',
        hospital: { id: fleet.prison, name: 'HMP Exemplar' },
      }),
      'wrong-site',
    ],
    [
      'a hospital under another name',
      appointmentWith({ hospital: { id: fleet.hospital, name: 'HMP Exemplar' } }),
      'wrong-site',
    ],
    [
      'a hospital nobody knows',
      appointmentWith({ hospital: { id: fleet.device.id, name: 'Elsewhere' } }),
      'wrong-site',
    ],
  ])('%s: the grant is refused though a nurse approved it', async (_who, changes, reason) => {
    const { offer, said, kept } = await granting();
    expect(await said(await offer(changes))).toBe(reason);
    expect(kept.value.grantSequence).toBe(0);
  });

  test('without the hospital’s roster, or when its time is over, nothing opens', async () => {
    const without = await granting({ rosters: [roster1] });
    expect(await without.said(await without.offer())).toBe('outdated');
    const over = { ...fleet.hospitalRoster, issuedAt: now - day, notAfter: now };
    const late = await granting({ rosters: [roster1, fleet.approved(over, people.hospitalManager)] });
    expect(await late.said(await late.offer())).toBe('outdated');
  });
});

describe('S6 a control that withholds newer trust freezes the laptop, no more', () => {
  const lateBy = async (changes: { manifest?: Partial<Manifest>; roster?: Partial<Roster> }) => {
    const past = { issuedAt: now - day, notAfter: now };
    return granting({
      rosters: [fleet.approved({ ...fleet.roster, ...(changes.roster && past) }, people.prisonManager), hospital1],
      manifest: fleet.approved({ ...fleet.manifest, ...(changes.manifest && past) }, people.trustee),
    });
  };

  test('under a manifest whose time is over nothing opens', async () => {
    const { offer, said } = await lateBy({ manifest: {} });
    expect(await said(await offer())).toBe('outdated');
  });

  test('with a roster whose time is over nothing opens', async () => {
    const { offer, said } = await lateBy({ roster: {} });
    expect(await said(await offer())).toBe('outdated');
  });

  test('the time to judge by counts, not only the laptop’s clock', async () => {
    const { offer, said, sample } = await granting();
    const params = await offer();
    sample.now = now + 5 * 60_000;
    expect(await said(params)).toBe('expired');
  });
});

describe('T9 whoever may no longer opens nothing', () => {
  test.each<[string, Partial<Roster>]>([
    ['is not on the roster any more', { people: [] }],
    [
      'has lost that passkey',
      { people: [{ ...people.nurse.named, credentials: [samplePerson('x').authenticator.credential] }] },
    ],
  ])('a nurse who %s', async (_why, changes) => {
    const { offer, said, trust } = await granting();
    const next = await following(roster1, fleet.roster, changes);
    const params = await offer();
    await trust.takeRoster(fleet.prison, fleet.approved(next, people.prisonManager));
    expect(await said(params)).toBe('unknown-credential');
  });

  test('S6 a roster that comes into force while a grant is being verified counts for it', async () => {
    const { offer, said, trust, kept } = await granting();
    const params = await offer();
    // Twenty approvals take longer to verify than one: the roster comes into force in between.
    const bytes = exactBytes(params.grant);
    const approvals = Array.from({ length: 20 }, () => people.nurse.authenticator.approve(bytes, fleet.place));
    const answer = said({ ...params, grant: { ...params.grant, approvals } });
    const next = fleet.approved(await following(roster1, fleet.roster, { people: [] }), people.prisonManager);
    await trust.takeRoster(fleet.prison, next);
    expect([await answer, kept.value.grantSequence]).toEqual(['unknown-credential', 0]);
  });
});

describe('S4 signature counters', () => {
  const credential = people.nurse.authenticator.credential.id;

  test('the highest is kept with the sequence, in one write, and must be exceeded', async () => {
    const { offer, said, kept, typed } = await granting();
    const [older, newer] = [await offer({ sequence: 2 }), await offer()];
    expect(await said(newer)).toBe('taken');
    const [counter] = kept.value.counters;
    expect(counter).toMatchObject({ credential });
    expect(counter?.counter).toBeGreaterThan(0);
    typed();
    // A copy of the passkey, or an approval kept back from before: its counter is not above the one that was seen.
    expect(await said(older)).toBe('counter-went-back');
    expect(kept.value.grantSequence).toBe(1);
  });

  test('one that was seen before a restart counts', async () => {
    const { offer, said } = await granting({ counters: [{ credential, counter: 1_000_000 }] });
    expect(await said(await offer())).toBe('counter-went-back');
  });

  test('those of people who are named no more are forgotten', async () => {
    const leaver = { credential: 'leaver-leaver', counter: 9 };
    const officer = { credential: people.officer.authenticator.credential.id, counter: 3 };
    const { offer, said, kept } = await granting({ counters: [leaver, officer] });
    await said(await offer());
    expect(kept.value.counters.map((each) => each.credential)).toEqual([credential, officer.credential]);
  });
});
