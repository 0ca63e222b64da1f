import type { ApprovedStatement, DeviceAppointment } from '@sallyport/protocol';
import { toBase64url } from '@sallyport/protocol';
import { generateSealingKeyPair, sealShare } from '@sallyport/protocol/sealing';
import { describe, expect, test } from 'vitest';
import { sampleFleet } from '../../test/harness/sample-fleet.ts';
import { exactBytes, following, sampleTrust } from '../../test/harness/sample-trust.ts';
import type { ConsultationJournal, JournalOpening } from './consultation-journal.ts';
import { controlDuties } from './control-duties.ts';
import { capabilities } from './lifecycle/capabilities.ts';
import type { LifecycleEvent } from './lifecycle/lifecycle.ts';
import { systemRandom } from './platform/random.ts';
import { manualClock } from './platform/testing/manual-clock.ts';
import type { Kept } from './ports.ts';
import type { Enrolment } from './record.ts';
import { Pairing } from './trust/pairing.ts';
import { keptInMemory } from './trust/testing/kept-in-memory.ts';
import { TrustRefresh } from './trust/trust-refresh.ts';
import { noTries } from './trust/wrong-tries.ts';
import type { KeptTries } from './trust/wrong-tries.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = sampleFleet(now);
const { people } = fleet;
const next = { id: fleet.prison, patientReference: 'P 2', startsAt: now, endsAt: now + 1000, consultant: 'Dr Roe' };

/** A laptop whose code has been typed, and a journal that takes its time to open. */
async function setUp(
  whileOpening: (trust: Awaited<ReturnType<typeof sampleTrust>>['trust']) => Promise<unknown>,
  opening: JournalOpening = { outcome: 'opened' },
) {
  const { trust } = await sampleTrust(fleet, now);
  const pairing = new Pairing({
    kept: keptInMemory<KeptTries>(noTries),
    clock: manualClock(now),
    random: systemRandom,
    grantLifetime: () => 5 * 60_000,
    onChange: () => undefined,
  });
  await pairing.start();
  const keys = await generateSealingKeyPair();
  const journal = {
    isOpen: false,
    open: async () => {
      journal.isOpen = opening.outcome === 'opened';
      await whileOpening(trust);
      return opening;
    },
    close: async () => void (journal.isOpen = false),
  };
  const events: LifecycleEvent[] = [];
  const recorded: string[] = [];
  const damage: string[] = [];
  const kept = { value: { identity: { sealingKey: toBase64url(keys.privateKey) } } } as unknown as Kept<Enrolment>;
  const duties = controlDuties({
    kept,
    trust,
    pairing,
    journal: journal as unknown as ConsultationJournal,
    capabilities: () => capabilities({ name: 'inert', notice: null }),
    dispatch: (event) => void events.push(event),
    record: (event, detail) => void recorded.push(`${event} ${detail ?? ''}`),
    isDamaged: () => false,
    onDamaged: (found) => void damage.push(found),
    refresh: new TrustRefresh({
      trust,
      request: async () => ({ ok: false, refusal: { reason: 'not-connected' } }),
      onRefused: () => undefined,
    }),
    now: () => now,
  });
  const opens = async (): Promise<{ answer: unknown; grant: ApprovedStatement; appointment: DeviceAppointment }> => {
    const { view } = pairing;
    const checked = pairing.check(view.state === 'shown' ? view.code : '');
    const statement = fleet.grant(now, { pairingNonce: checked.ok ? checked.value.nonce : '' });
    const grant = fleet.approved(statement, people.nurse);
    const share = await sealShare(new Uint8Array(32), keys.publicKey, exactBytes(grant));
    const times = { startsAt: now, endsAt: now + 1000 };
    const appointment = { ...statement.appointment, ...times, patientReference: 'P 1', patientName: 'Alex Example' };
    const upcoming = [next];
    return { answer: await duties['grant.open']({ grant, share, appointment, upcoming }), grant, appointment };
  };
  return { opens, events, recorded, journal, damage };
}

test('S1 S4 a grant that is obeyed opens the laptop: for whom, by whom, and by which grant is remembered', async () => {
  const { opens, events, journal } = await setUp(async () => undefined);
  const { answer, grant, appointment } = await opens();
  expect(answer).toEqual({ ok: true, value: {} });
  const approver = { person: people.nurse.named.id, credential: people.nurse.authenticator.credential.id };
  const openUntil = appointment.closesAt;
  expect(events).toEqual([
    { type: 'granted', activation: { grant: 1, approved: grant, approver, appointment, upcoming: [next], openUntil } },
  ]);
  expect(journal.isOpen).toBe(true);
});

test.each([
  ['the nurse', fleet.roster, people.prisonManager],
  ['the consultant', fleet.hospitalRoster, people.hospitalManager],
] as const)(
  'T9 S6 %s who is taken off the roster while the laptop opens does not open it',
  async (_who, roster, manager) => {
    const { opens, events, recorded, journal } = await setUp(async (trust) => {
      const next = await following(fleet.approved(roster), roster, { people: [people.officer.named] });
      return trust.takeRoster(roster.site, fleet.approved(next, manager));
    });
    const { answer } = await opens();
    expect(answer).toEqual({ ok: false, refusal: { reason: 'unknown-credential' } });
    expect([events, journal.isOpen]).toEqual([[], false]);
    expect(recorded).toEqual(['statement-refused grant: unknown-credential']);
  },
);

describe('S31 a journal of consultations that does not open', () => {
  test.each(['tampered', 'missing', 'rolled-back'] as const)(
    'because it is %s: the laptop is damaged',
    async (reason) => {
      const { opens, events, damage } = await setUp(async () => undefined, { outcome: 'refused', reason });
      const { answer } = await opens();
      expect(answer).toEqual({ ok: false, refusal: { reason: 'store-damaged' } });
      expect([events, damage]).toEqual([[], [`journal-consultations-${reason}`]]);
    },
  );

  test.each<[string, JournalOpening, string]>([
    ['by the half that control sent', { outcome: 'refused', reason: 'wrong-key' }, 'wrong-key'],
    ['for a disk that fails', { outcome: 'failed' }, 'failed'],
  ])('%s: that grant is refused, and on the record; the laptop is what it was', async (_why, opening, detail) => {
    const { opens, events, recorded, damage } = await setUp(async () => undefined, opening);
    const { answer } = await opens();
    expect(answer).toEqual({ ok: false, refusal: { reason: 'failed' } });
    expect([events, damage, recorded]).toEqual([[], [], [`statement-refused grant: ${detail}`]]);
  });
});
