import { describe, expect, test } from 'vitest';
import { firstStage, isNameChecked, mediaAllowance, nextStage, noProgress, phase, presence } from './phases.ts';
import type { PeerKind, Phase, Presence, Progress, RoomEvent, RoomStage } from './phases.ts';

const both = [false, true] as const;

/** Everything that can have been done in a room. */
const everyProgress: readonly Progress[] = [null, [], [...presence.options]].flatMap((present: Presence[] | null) =>
  both.flatMap((laptop) =>
    both.flatMap((consultant) =>
      both.map((staffConfirmed) => ({ present, nameChecked: { laptop, consultant }, staffConfirmed })),
    ),
  ),
);
const everyStage: readonly RoomStage[] = phase.options.flatMap((now) =>
  everyProgress.map((progress) => ({ phase: now, progress })),
);

const prepared: RoomEvent = { type: 'prepared', present: ['officer'] };
const laptopTicks: RoomEvent = { type: 'name-checked', by: 'laptop' };
const consultantTicks: RoomEvent = { type: 'name-checked', by: 'consultant' };
const everyEvent: readonly RoomEvent[] = [
  prepared,
  { type: 'admitted' },
  laptopTicks,
  consultantTicks,
  { type: 'debrief-started' },
  { type: 'staff-confirmed' },
  { type: 'laptop-left' },
  { type: 'ended' },
];

const withProgress = (stage: RoomStage, change: Partial<Progress>): RoomStage => ({
  ...stage,
  progress: { ...stage.progress, ...change },
});
const inPhase = (now: Phase, of: (stage: RoomStage) => RoomStage | undefined) => (stage: RoomStage) =>
  stage.phase === now ? of(stage) : undefined;

/** What each event makes of a stage, said once more and otherwise than the machine says it. */
const expected: Readonly<Record<RoomEvent['type'], (stage: RoomStage, event: RoomEvent) => RoomStage | undefined>> = {
  prepared: inPhase('waiting', (stage) => withProgress(stage, { present: ['officer'] })),
  admitted: inPhase('waiting', (stage) => (stage.progress.present ? { ...stage, phase: 'consult' } : undefined)),
  'name-checked': (stage, event) =>
    inPhase('consult', ({ progress }) => {
      const nameChecked = { ...progress.nameChecked };
      if (event.type === 'name-checked') nameChecked[event.by] = true;
      return withProgress(stage, { nameChecked });
    })(stage),
  'debrief-started': inPhase('consult', (stage) => ({
    ...withProgress(stage, { staffConfirmed: false }),
    phase: 'debrief',
  })),
  'staff-confirmed': inPhase('debrief', (stage) => withProgress(stage, { staffConfirmed: true })),
  'laptop-left': (stage) => (stage.phase === 'ended' ? undefined : withProgress(stage, { staffConfirmed: false })),
  ended: (stage) =>
    stage.phase === 'ended' ? undefined : { ...withProgress(stage, { staffConfirmed: false }), phase: 'ended' },
};

const stageNamed = ({ phase: now, progress }: RoomStage): string =>
  [
    now,
    progress.present === null ? 'unprepared' : `${progress.present.length} present`,
    `${progress.nameChecked.laptop ? 'laptop' : '-'}/${progress.nameChecked.consultant ? 'consultant' : '-'} ticked`,
    progress.staffConfirmed ? 'confirmed' : 'unconfirmed',
  ].join(', ');

describe('every stage and every event (P6.1, P6.8)', () => {
  test('there are 96 stages, all different', () => {
    expect(new Set(everyStage.map(stageNamed)).size).toBe(96);
  });

  test.each(everyStage.map((stage) => [stageNamed(stage), stage] as const))('%s', (_, stage) => {
    const before = structuredClone(stage);
    for (const event of everyEvent) {
      expect(nextStage(stage, event), event.type).toEqual(expected[event.type](stage, event));
    }
    expect(stage).toEqual(before);
  });

  test('a room never goes back, and nothing follows its end (P6.1)', () => {
    const order = phase.options;
    for (const stage of everyStage) {
      for (const event of everyEvent) {
        const after = nextStage(stage, event);
        if (after === undefined) continue;
        expect(stage.phase).not.toBe('ended');
        expect(order.indexOf(after.phase)).toBeGreaterThanOrEqual(order.indexOf(stage.phase));
      }
    }
  });
});

describe('what a room must have gone through', () => {
  /** Every stage that can be reached at all. */
  const reached = reachable();

  test('nobody is in a consultation without recorded consent, by any order of events (S42)', () => {
    const consulting = reached.filter((stage) => stage.phase === 'consult' || stage.phase === 'debrief');
    expect(consulting.length).toBeGreaterThan(8);
    for (const stage of consulting) expect(stage.progress.present).not.toBeNull();
  });

  test('staff are confirmed in a debrief only, and never when the laptop has left since (S39)', () => {
    for (const stage of reached) {
      if (stage.progress.staffConfirmed) expect(stage.phase).toBe('debrief');
      expect(nextStage(stage, { type: 'laptop-left' })?.progress.staffConfirmed ?? false).toBe(false);
    }
  });

  test('those who are present stand in one order, once each', () => {
    const present: Presence[] = ['healthcare', 'officer', 'healthcare', 'chaperone'];
    expect(nextStage(firstStage, { type: 'prepared', present })?.progress.present).toEqual([
      'officer',
      'chaperone',
      'healthcare',
    ]);
  });

  test('who is present can be said again while the room waits, by whoever said it', () => {
    const once = nextStage(firstStage, prepared);
    expect(once && nextStage(once, { type: 'prepared', present: [] })?.progress.present).toEqual([]);
  });
});

describe('media: deny is the default (P6.3, P6.9, P6.11)', () => {
  const at = (now: Phase, done: Partial<Progress> = {}): RoomStage => ({
    phase: now,
    progress: { ...noProgress, present: [], ...done },
  });
  const ticked = { nameChecked: { laptop: true, consultant: true } };
  const halfTicked = [{ laptop: true, consultant: false }, { laptop: false, consultant: true }, noProgress.nameChecked];
  const confirmed = { ...ticked, staffConfirmed: true };
  /** May send, show a window, and receive. */
  const said = (stage: RoomStage, kind: PeerKind): string => {
    const { sends, shares, receives } = mediaAllowance(stage, kind);
    return [sends && 'sends', shares && 'shares', receives && 'receives'].filter(Boolean).join(' ') || 'nothing';
  };

  test.each([
    ['device', 'waiting', {}, 'nothing'],
    ['device', 'waiting', confirmed, 'nothing'],
    ['device', 'consult', {}, 'sends receives'],
    ['device', 'consult', confirmed, 'sends receives'],
    ['device', 'debrief', ticked, 'nothing'],
    ['device', 'debrief', confirmed, 'sends receives'],
    ['device', 'ended', confirmed, 'nothing'],
    ['consultant', 'waiting', {}, 'sends'],
    ['consultant', 'waiting', confirmed, 'sends'],
    ['consultant', 'consult', {}, 'sends receives'],
    ['consultant', 'consult', ticked, 'sends shares receives'],
    ['consultant', 'debrief', ticked, 'sends receives'],
    ['consultant', 'debrief', confirmed, 'sends shares receives'],
    ['consultant', 'ended', confirmed, 'nothing'],
    ['interpreter', 'waiting', confirmed, 'nothing'],
    ['interpreter', 'consult', ticked, 'sends receives'],
    ['interpreter', 'debrief', confirmed, 'nothing'],
    ['interpreter', 'ended', confirmed, 'nothing'],
    ['clinician', 'waiting', confirmed, 'nothing'],
    ['clinician', 'consult', ticked, 'sends receives'],
    ['clinician', 'debrief', ticked, 'sends receives'],
    ['clinician', 'debrief', confirmed, 'sends receives'],
    ['clinician', 'ended', confirmed, 'nothing'],
  ] as const)('a %s in %s (%o) may: %s (S39, S40)', (kind, now, done, allowed) => {
    expect(said(at(now, done), kind)).toBe(allowed);
  });

  test('a window is shown once both have ticked the name, and not before (S42)', () => {
    for (const nameChecked of halfTicked) {
      expect(isNameChecked({ ...noProgress, nameChecked })).toBe(false);
      expect(mediaAllowance(at('consult', { nameChecked }), 'consultant').shares).toBe(false);
    }
    expect(isNameChecked({ ...noProgress, ...ticked })).toBe(true);
  });

  test('in no stage at all does anybody but the consultant show a window (S42)', () => {
    for (const stage of everyStage) {
      for (const kind of ['device', 'interpreter', 'clinician'] as const) {
        expect(mediaAllowance(stage, kind).shares).toBe(false);
      }
    }
  });

  test('while a room waits nobody receives anything, whatever else was done (S40)', () => {
    for (const stage of everyStage.filter(({ phase: now }) => now === 'waiting' || now === 'ended')) {
      for (const kind of ['device', 'consultant', 'interpreter', 'clinician'] as const) {
        expect(mediaAllowance(stage, kind).receives).toBe(false);
      }
    }
  });
});

function reachable(): RoomStage[] {
  const found = new Map<string, RoomStage>();
  const open = [firstStage];
  for (let stage = open.pop(); stage !== undefined; stage = open.pop()) {
    const key = stageNamed(stage);
    if (found.has(key)) continue;
    found.set(key, stage);
    for (const event of everyEvent) open.push(...[nextStage(stage, event)].filter((after) => after !== undefined));
  }
  return [...found.values()];
}
