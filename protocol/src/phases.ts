import * as z from 'zod';
import type { Joiner } from './statements.ts';

/** waiting → consult → debrief → ended; never back. A room has the identifier of its appointment. */
export const phase = z.enum(['waiting', 'consult', 'debrief', 'ended']);
export type Phase = z.infer<typeof phase>;

/** Who is with the patient, besides the patient. */
export const presence = z.enum(['officer', 'chaperone', 'interpreter', 'healthcare']);
export type Presence = z.infer<typeof presence>;

/** Who may be in a room: the laptop, its consultant, and guests named on the appointment. */
export type PeerKind = Joiner['kind'];
export const guestKind = z.enum(['interpreter', 'clinician']);
export type GuestKind = z.infer<typeof guestKind>;

/** What has been done in a room besides its phase. */
export const progress = z.strictObject({
  /** Who staff said is with the patient, when they recorded the patient's consent; null until they did. */
  present: z.array(presence).max(4).nullable(),
  /** The patient said their name aloud and it was right: ticked by staff at the laptop, and by the consultant. */
  nameChecked: z.strictObject({ laptop: z.boolean(), consultant: z.boolean() }),
  /** Staff have confirmed at the laptop that they are alone with it. Only ever so in debrief. */
  staffConfirmed: z.boolean(),
});
export type Progress = z.infer<typeof progress>;

/** Where a room stands: one value for laptop, control and consoles. */
export interface RoomStage {
  readonly phase: Phase;
  readonly progress: Progress;
}

/** What happens to a room. */
export type RoomEvent =
  | { readonly type: 'prepared'; readonly present: readonly Presence[] }
  | { readonly type: 'admitted' }
  | { readonly type: 'name-checked'; readonly by: 'laptop' | 'consultant' }
  | { readonly type: 'debrief-started' }
  | { readonly type: 'staff-confirmed' }
  /** The laptop gave its seat up, or lost it: whoever comes back to it in the debrief shows anew that they are staff. */
  | { readonly type: 'laptop-left' }
  | { readonly type: 'ended' };

/** Nothing has been done yet. */
export const noProgress: Progress = {
  present: null,
  nameChecked: { laptop: false, consultant: false },
  staffConfirmed: false,
};

/** A room nobody has done anything in. */
export const firstStage: RoomStage = { phase: 'waiting', progress: noProgress };

/**
 * The one machine of a room's phases.
 *
 *     waiting(prepared) ──admitted──▶ consult(name checked) ──debrief-started──▶ debrief(staff confirmed) ──ended──▶ ended
 *        └────────────────────────────────┴────────────── ended ──────────────────────────────────────────────▶
 *
 * @returns the stage after the event, or undefined where it is refused: the room is in no state for it. Pure.
 */
export function nextStage(stage: RoomStage, event: RoomEvent): RoomStage | undefined {
  if (stage.phase === 'ended') return undefined;
  // The lookup keeps event and rule together; the compiler cannot see that.
  const rule = rules[event.type] as (stage: RoomStage, event: RoomEvent) => RoomStage | undefined;
  return rule(stage, event);
}

type Rules = {
  readonly [T in RoomEvent['type']]: (
    stage: RoomStage,
    event: Extract<RoomEvent, { type: T }>,
  ) => RoomStage | undefined;
};

const rules: Rules = {
  prepared: (stage, { present }) => inPhase(stage, 'waiting') && withProgress(stage, { present: inOrder(present) }),
  // SECURITY: nobody is admitted before the patient's consent is recorded (S42).
  admitted: (stage) =>
    stage.progress.present === null ? undefined : inPhase(stage, 'waiting') && { ...stage, phase: 'consult' },
  'name-checked': (stage, { by }) =>
    inPhase(stage, 'consult') && withProgress(stage, { nameChecked: { ...stage.progress.nameChecked, [by]: true } }),
  'debrief-started': (stage) =>
    inPhase(stage, 'consult') && withProgress({ ...stage, phase: 'debrief' }, { staffConfirmed: false }),
  'staff-confirmed': (stage) => inPhase(stage, 'debrief') && withProgress(stage, { staffConfirmed: true }),
  'laptop-left': (stage) => withProgress(stage, { staffConfirmed: false }),
  ended: (stage) => withProgress({ ...stage, phase: 'ended' }, { staffConfirmed: false }),
};

/** The stage itself, if it is of that phase. */
function inPhase(stage: RoomStage, expected: Phase): RoomStage | undefined {
  return stage.phase === expected ? stage : undefined;
}

function withProgress(stage: RoomStage, more: Partial<Progress>): RoomStage {
  return { ...stage, progress: { ...stage.progress, ...more } };
}

/** What somebody in a room may do with media. */
export interface MediaAllowance {
  /** Camera and microphone may be on, and sent. */
  readonly sends: boolean;
  /** A window or screen may be shown. */
  readonly shares: boolean;
  readonly receives: boolean;
}

const none: MediaAllowance = { sends: false, shares: false, receives: false };
const talk: MediaAllowance = { sends: true, shares: false, receives: true };

/**
 * What a stage allows somebody; deny is the default. Laptop, control and consoles ask this and nothing else.
 */
export function mediaAllowance(stage: RoomStage, kind: PeerKind): MediaAllowance {
  switch (stage.phase) {
    case 'waiting':
      // The consultant's own picture may be ready before anybody sees it; nobody receives anything while the room waits.
      return { ...none, sends: kind === 'consultant' };
    case 'consult':
      return { ...talk, shares: kind === 'consultant' && isNameChecked(stage.progress) };
    case 'debrief':
      return inDebrief(stage.progress, kind);
    case 'ended':
      return none;
    default:
      return stage.phase satisfies never;
  }
}

function inDebrief({ staffConfirmed }: Progress, kind: PeerKind): MediaAllowance {
  // SECURITY: the laptop is dark and silent until staff have confirmed that they are alone with it (S39).
  if (kind === 'device') return staffConfirmed ? talk : none;
  // SECURITY: the debrief is for staff and clinicians (S39).
  if (kind === 'interpreter') return none;
  return { ...talk, shares: kind === 'consultant' && staffConfirmed };
}

/** Whether both sides have ticked that the patient is who the appointment says. */
export function isNameChecked({ nameChecked }: Progress): boolean {
  return nameChecked.laptop && nameChecked.consultant;
}

function inOrder(present: readonly Presence[]): Presence[] {
  return presence.options.filter((who) => present.includes(who));
}
