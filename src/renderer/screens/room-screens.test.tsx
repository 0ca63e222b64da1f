import { guestKind, noProgress, roomEnd, waitingMessage } from '@sallyport/protocol';
import type { Language, Participant } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { catalogues } from '../messages/catalogue.ts';
import { appointment, at, inRoom, opened, shown } from './screens-testing.tsx';

const languages: readonly Language[] = ['en', 'cy'];
const consultant: Participant = {
  id: appointment.consultant.id,
  kind: 'consultant',
  name: 'Dr Verified',
  site: appointment.consultant.hospital,
  proof: { kind: 'consultant', join: { statement: 'AA', approvals: [] } },
};
const named = (laptop: boolean, byConsultant: boolean) => {
  return { ...noProgress, present: [], nameChecked: { laptop, consultant: byConsultant } };
};
const minute = 60_000;

describe('S42 waiting', () => {
  test('first asks staff who is there and whether the patient agrees, and names nobody to wait for', () => {
    const words = shown(inRoom({ progress: noProgress }));
    for (const id of ['present-officer', 'present-chaperone', 'present-interpreter', 'present-healthcare']) {
      expect(words).toContain(`data-testid="${id}"`);
    }
    expect(words).toContain('data-testid="consent-yes"');
    expect(words).not.toContain('data-testid="waiting-who"');
  });

  test.each(languages)('then says for whom, since when, and what they say (%s)', (language) => {
    const { waiting } = catalogues[language];
    expect(shown(inRoom(), { language })).toContain(waiting.body('Dr Example'));
    expect(shown(inRoom(), { language })).toContain(waiting.since('10:00'));
    for (const message of waitingMessage.options) {
      const words = shown(inRoom({ message }), { language });
      expect(words).toContain(`data-message="${message}"`);
      expect(words).toContain(waiting.messages[message]);
    }
  });

  test('S25 says that the consultant is there only by the name that was verified', () => {
    const words = shown(inRoom(), { view: { consultant: { participant: consultant } } });
    expect(words).toContain('Dr Verified is here');
    expect(words).toContain('Dr Verified, consultant, Example General — verified');
    expect(shown(inRoom())).not.toContain('verified');
  });

  test('S40 has no picture and no sound', () => {
    const words = shown(inRoom(), { view: { consultant: { participant: consultant } } });
    expect(words).not.toMatch(/<video|<audio/);
  });
});

describe('S42 the name at the beginning of a consultation', () => {
  test('is asked aloud, shown to staff, and ticked once at this laptop', () => {
    const words = shown(inRoom({ phase: 'consult', progress: named(false, false) }));
    expect(words).toContain('Please say your full name');
    expect(words).toContain('Alex Example');
    expect(words).toContain('data-testid="name-correct"');
    const ticked = shown(inRoom({ phase: 'consult', progress: named(true, false) }));
    expect(ticked).toContain('data-testid="name-check"');
    expect(ticked).not.toContain('data-testid="name-correct"');
  });

  test('is asked no more once both sides have ticked it', () => {
    const words = shown(inRoom({ phase: 'consult', progress: named(true, true) }));
    expect(words).not.toContain('data-testid="name-check"');
    expect(words).not.toContain('Alex Example');
  });
});

describe('the consultation', () => {
  test.each(guestKind.options)('S38 names a guest who is %s, and as what they are there', (kind) => {
    const guest: Participant = { ...consultant, id: 'g', kind, name: 'Mair Guest' };
    const words = shown(inRoom({ phase: 'consult' }), { view: { guests: [{ participant: guest }] } });
    expect(words).toContain('Mair Guest');
    expect(words).toContain(catalogues.en.room.guests[kind]);
  });

  test('S41 says in words when it ends, from five minutes before', () => {
    const room = inRoom({ phase: 'consult' });
    expect(shown(room, { now: room.closesAt - 6 * minute })).not.toContain('data-testid="closing-soon"');
    expect(shown(room, { now: room.closesAt - 5 * minute })).toContain('This consultation ends at 10:30.');
  });
});

describe('S39 a debrief without its staff', () => {
  const participant = { ...consultant, name: 'Dr Verified' };
  const asking = inRoom({ phase: 'debrief', staffCode: { state: 'asking' }, progress: named(true, true) });

  test.each(languages)('shows nobody’s name, no reference, no picture and no sound (%s)', (language) => {
    const words = shown(asking, { language, view: { consultant: { participant }, guests: [{ participant }] } });
    expect(words).toContain('data-screen="handover"');
    for (const secret of ['A1234BC', 'Alex', 'Dr Example', 'Dr Verified']) expect(words).not.toContain(secret);
    expect(words).not.toMatch(/<video|<audio/);
    expect(words).toContain('data-testid="staff-code"');
  });

  test('says how long to wait after too many wrong codes, and takes none meanwhile', () => {
    const words = shown({ ...asking, staffCode: { state: 'locked-out', until: at + 4 * minute } });
    expect(words).toContain('You can try again in 4 minutes.');
    expect(words).not.toContain('data-testid="staff-code"');
  });

  test('is the debrief once they have confirmed', () => {
    const words = shown({ ...asking, progress: { ...asking.progress, staffConfirmed: true } });
    expect(words).toContain('data-screen="debrief"');
  });
});

describe('S41 the open screen after a room', () => {
  test.each(languages)('says in words why it was left, whatever it was (%s)', (language) => {
    const said = roomEnd.options.map((notice) => catalogues[language].open.notices[notice]);
    for (const [place, notice] of roomEnd.options.entries()) {
      expect(shown(opened({ notice }), { language })).toContain(said[place]);
    }
    expect(new Set(said).size).toBe(roomEnd.options.length);
  });

  test('offers to join again only where that can be, and to lock the laptop otherwise', () => {
    expect(shown(opened({ notice: 'left' }))).toContain('data-testid="join"');
    const over = shown(opened({ notice: 'no-consent' }));
    expect(over).not.toContain('data-testid="join"');
    expect(over).toContain('This consultation is over. Lock the laptop.');
  });

  test('says when a consultation of another day can be joined', () => {
    const words = shown(opened(), { now: at - 26 * 60 * minute });
    expect(words).toContain('You can join on Monday 1 June from 09:55.');
  });
});

test('the open screen says what the laptop is booked for next', () => {
  const next = {
    id: 'n',
    patientReference: 'B2',
    startsAt: at + 60 * minute,
    endsAt: at + 80 * minute,
    consultant: 'Dr Next',
  };
  const upcoming = [1, 2, 3, 4, 5].map((number) => ({ ...next, id: String(number) }));
  expect(shown(opened({ upcoming: [next] }))).toContain('<strong>11:05</strong> Dr Next, patient B2');
  expect(shown(opened({ upcoming }))).toContain('and 2 more');
  expect(shown(opened())).not.toContain('data-testid="upcoming"');
});

describe('the check of the laptop', () => {
  const network = { lossUp: 0, lossDown: 0, jitter: 4, roundTrip: 30, bitrateUp: 900_000, bitrateDown: 900_000 };
  const report = { camera: 'working', microphone: 'heard', speaker: 'heard', network } as const;
  const checked = (change: object) => shown(opened({ check: { running: false, report: { ...report, ...change } } }));

  test('is told in words: good, sound first, or whom to call', () => {
    expect(checked({})).toContain('data-testid="device-check" data-verdict="good"');
    expect(checked({ camera: 'failed' })).toContain('Will work, sound first');
    expect(checked({ network: null })).toContain('Call the IT service desk.');
  });

  test('asks about the tone only while nobody has heard it or said that they did not', () => {
    expect(checked({})).not.toContain('data-testid="heard-tone"');
    expect(checked({ speaker: 'unsure' })).toContain('data-testid="heard-tone"');
    expect(checked({ speaker: 'not-heard' })).not.toContain('data-testid="heard-tone"');
  });
});
