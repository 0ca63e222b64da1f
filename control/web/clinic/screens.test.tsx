import { noProgress } from '@sallyport/protocol';
import type { ConsoleAppointment, Progress } from '@sallyport/protocol';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AnnouncerProvider } from '../ui/Announcer.tsx';
import { LanguageProvider } from '../ui/Language.tsx';
import type { Language } from '../ui/messages/catalogue.ts';
import { SessionProvider } from '../ui/Session.tsx';
import { createSessionStore } from '../ui/session-store.ts';
import { Room } from './Room.tsx';
import { scene } from './room-session-testing.ts';
import { freshRoom } from './room-state.ts';
import type { InRoom, RoomState } from './room-state.ts';
import { testAppointment, testGuest, testLaptop } from './room-testing.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);
const prepared: Progress = { ...noProgress, present: ['officer', 'interpreter'] };
const checked: Progress = { ...prepared, nameChecked: { laptop: true, consultant: true } };

beforeEach(() => {
  vi.useFakeTimers({ now: noon });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The room page as it is drawn. */
function drawn(state: RoomState, more: Partial<ConsoleAppointment> = {}, language: Language = 'en'): string {
  vi.stubGlobal('localStorage', { getItem: () => language });
  const store = createSessionStore(
    () => Promise.reject(new Error('no network here')),
    () => noon,
    () => Promise.resolve({ ok: false, words: 'passkey.failed' }),
  );
  const appointment = testAppointment(noon, { waitingSince: noon - 6 * minute, ...more });
  return renderToStaticMarkup(
    <LanguageProvider>
      <AnnouncerProvider>
        <SessionProvider store={store}>
          <Room appointment={appointment} session={scene().session} state={state} onProblem={() => undefined} />
        </SessionProvider>
      </AnnouncerProvider>
    </LanguageProvider>,
  );
}

function inRoom(changes: Partial<InRoom>): RoomState {
  const vouchers = new Map([
    [testLaptop.id, 'Nia Nurse'],
    [testGuest.id, 'Dr Carys Consultant'],
  ]);
  const closesAt = noon + 25 * minute;
  return { state: 'inRoom', ...freshRoom, participants: [testLaptop], vouchers, closesAt, ...changes };
}

/** The tag that carries a test id; undefined when there is none. */
function tag(page: string, testId: string): string | undefined {
  return new RegExp(`<[a-z0-9]+ [^>]*data-testid="${testId}"[^>]*>`).exec(page)?.[0];
}

/** What a page says, without its tags. */
function words(page: string): string {
  return page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('S42 who waits', () => {
  test('cannot be admitted until the patient’s consent is recorded, and the page says why', () => {
    const page = drawn(inRoom({ progress: noProgress }));
    expect(tag(page, 'admit')).toContain('aria-disabled="true"');
    expect(words(page)).toContain('once staff have recorded the patient’s consent and who is there');
    const reason = /aria-describedby="([^"]+)"/.exec(tag(page, 'admit') ?? '')?.[1];
    expect(tag(page, 'admit-reason')).toContain(`id="${reason ?? ''}"`);
  });

  test('cannot be admitted while the laptop is not there', () => {
    const page = drawn(inRoom({ progress: prepared, participants: [] }));
    expect(tag(page, 'admit')).toContain('aria-disabled="true"');
    expect(words(page)).toContain('once the laptop has joined the room');
    expect(tag(page, 'decline')).toBeUndefined();
  });

  test('can be admitted then; the consultant sees by name who it is, since when, and who is with them', () => {
    const page = drawn(inRoom({ progress: prepared }));
    expect(tag(page, 'admit')).toContain('aria-disabled="false"');
    const said = words(page);
    for (const part of [
      'Gareth Wyn Llewellyn-Jones',
      '943 476 5919',
      'Since 11:54, for 6 minutes',
      'Officer, Interpreter',
      'Laptop HB-07, HMP Exemplar — opened by Nia Nurse, healthcare.',
      'The patient’s consent is recorded.',
    ]) {
      expect(said).toContain(part);
    }
  });

  test('is told how long it takes, and what was told last is shown', () => {
    const page = drawn(inRoom({ message: { message: 'ten-minutes', at: noon } }));
    for (const message of ['soon', 'five-minutes', 'ten-minutes', 'delayed']) {
      expect(tag(page, `message-${message}`)).toBeDefined();
    }
    expect(words(page)).toContain('Last sent, at 12:00: “In ten minutes”');
  });
});

describe('S42 the patient’s name', () => {
  test('is asked for before anything else; sharing waits for it, and says so', () => {
    const page = drawn(inRoom({ phase: 'consult', progress: prepared }));
    expect(tag(page, 'name-check')).toBeDefined();
    expect(tag(page, 'name-correct')).toBeDefined();
    expect(words(page)).toContain('Gareth Wyn Llewellyn-Jones');
    expect(tag(page, 'share-screen')).toContain('aria-disabled="true"');
    expect(words(page)).toContain('You can share once both sides have confirmed the patient’s name.');
  });

  test('is confirmed by the consultant once, and by staff', () => {
    const half = { ...prepared, nameChecked: { laptop: false, consultant: true } };
    const page = drawn(inRoom({ phase: 'consult', progress: half }));
    expect(tag(page, 'name-correct')).toBeUndefined();
    expect(tag(page, 'name-by-consultant')).toContain('data-checked="true"');
    expect(tag(page, 'name-by-staff')).toContain('data-checked="false"');
    const done = drawn(inRoom({ phase: 'consult', progress: checked }));
    expect(tag(done, 'name-check')).toBeUndefined();
    expect(tag(done, 'share-screen')).toContain('aria-disabled="false"');
  });
});

describe('S39 the debrief', () => {
  test('says that nobody sees or hears the consultant until staff have confirmed', () => {
    const dark = drawn(inRoom({ phase: 'debrief', progress: checked }));
    expect(tag(dark, 'debrief-banner')).toContain('data-confirmed="false"');
    expect(words(dark)).toContain('dark and silent');
    expect(tag(dark, 'share-screen')).toContain('aria-disabled="true"');
    const light = drawn(inRoom({ phase: 'debrief', progress: { ...checked, staffConfirmed: true } }));
    expect(tag(light, 'debrief-banner')).toContain('data-confirmed="true"');
    expect(words(light)).not.toContain('dark');
  });
});

describe('who is here', () => {
  test('is every guest too, by verified name, role and who let them in', () => {
    const page = drawn(inRoom({ phase: 'consult', progress: checked, participants: [testLaptop, testGuest] }));
    expect(tag(page, 'guest-picture')).toContain(testGuest.id);
    expect(words(page)).toContain('Ana Interpreter, Interpreter — let in by Dr Carys Consultant. Verified.');
  });
});

describe('S41 the way in', () => {
  const idle: RoomState = { state: 'idle' };

  test('is not there before the room opens; the page says when it is', () => {
    const page = drawn(idle, { opensAt: noon + minute, waitingSince: null });
    expect(tag(page, 'join-room')).toBeUndefined();
    expect(words(page)).toContain('The room opens at 12:01.');
    expect(tag(drawn(idle), 'join-room')).toBeDefined();
  });

  test('is said to be closed, and why, once there is none', () => {
    const why = (more: Partial<ConsoleAppointment>) => words(drawn(idle, { waitingSince: null, ...more }));
    expect(why({ cancelledAt: noon })).toContain('This appointment was cancelled.');
    expect(why({ closesAt: noon - 1 })).toContain('The time of this appointment is over');
    expect(why({ phase: 'ended', endReason: 'no-consent' })).toContain('The patient did not agree');
  });

  test('leads back after a lost connection and another window, and not after an end', () => {
    const after = (reason: Extract<RoomState, { state: 'left' }>['reason']) => drawn({ state: 'left', reason });
    for (const reason of ['left', 'connection-lost', 'elsewhere', 'device-locked', 'server'] as const) {
      expect(tag(after(reason), 'join-room')).toBeDefined();
    }
    for (const reason of ['consultant-ended', 'window-over', 'no-consent', 'declined-rebook'] as const) {
      expect(tag(after(reason), 'join-room')).toBeUndefined();
    }
  });

  test('that failed says why, and can be tried again', () => {
    const page = drawn({
      state: 'failed',
      trouble: { kind: 'trouble', trouble: { reason: 'too-early', retryAfter: 60 } },
    });
    expect(words(page)).toContain('It is too early.');
    expect(tag(page, 'join-room')).toBeDefined();
  });

  test('is closed soon: said with what happens then, and can be put off once', () => {
    const late = inRoom({ phase: 'consult', progress: checked, closesAt: noon + 4 * minute });
    expect(tag(drawn(late), 'closing-soon')).toBeDefined();
    expect(words(drawn(late))).toContain('Picture and sound then end for everyone.');
    expect(words(drawn(late))).toContain('Let it close at 12:40 instead');
    expect(tag(drawn(late, { extended: true }), 'extend')).toBeUndefined();
  });
});

describe('S45 every state of the room', () => {
  const states: Record<string, RoomState> = {
    door: { state: 'idle' },
    approving: { state: 'approving' },
    joining: { state: 'joining' },
    lost: { state: 'lost' },
    left: { state: 'left', reason: 'elsewhere' },
    waiting: inRoom({ progress: prepared }),
    consult: inRoom({ phase: 'consult', progress: prepared, participants: [testLaptop, testGuest] }),
    debrief: inRoom({ phase: 'debrief', progress: checked }),
  };

  test.each(Object.entries(states))(
    '%s: every button, picture and field has a name, in both languages',
    (_name, state) => {
      const [english, welsh] = [drawn(state), drawn(state, {}, 'cy')];
      expect(words(welsh)).not.toBe(words(english));
      for (const page of [english, welsh]) {
        for (const [, inside = ''] of page.matchAll(/<button[^>]*>(.*?)<\/button>/gs)) {
          expect(words(inside).trim()).not.toBe('');
        }
        for (const [video] of page.matchAll(/<video[^>]*>/g)) expect(video).toMatch(/aria-label="[^"]+"/);
        expect(page).not.toMatch(/undefined|\{\w+\}/);
      }
    },
  );
});
