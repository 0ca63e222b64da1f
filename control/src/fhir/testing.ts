// A consultation in the middle of its life, for tests of what is exported of it.
import type { NextStep } from '@sallyport/protocol';
import type { Consultation } from './consultation.ts';

export const minute = 60_000;
/** When it starts, milliseconds since the epoch. */
export const noon = Date.UTC(2026, 4, 4, 12);

/** One step of every kind, urgency and responsibility there is; `none` too. */
export const steps: NextStep[] = [
  { kind: 'prescription', urgency: 'soon', responsible: 'prison-healthcare', words: 'Amoxicillin 500 mg, 7 days' },
  { kind: 'investigation', urgency: 'urgent', responsible: 'hospital', words: 'CT chest\nwith contrast' },
  { kind: 'none', urgency: 'routine', responsible: 'hospital', words: 'Nothing else' },
  { kind: 'referral', urgency: 'routine', responsible: 'prison-healthcare', words: 'Ffisiotherapi – cefn 🩻' },
  { kind: 'follow-up', urgency: 'urgent', responsible: 'hospital', words: ' \n ' },
];

export const appointment = '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f001';

/** The waiting, admitted and ended room of a consultation. */
export const rooms = {
  waiting: { phase: 'waiting', laptopIsThere: true, admittedAt: null, endedAt: null, endReason: null },
  consult: { phase: 'consult', laptopIsThere: true, admittedAt: noon + minute, endedAt: null, endReason: null },
  ended: {
    phase: 'ended',
    laptopIsThere: false,
    admittedAt: noon + minute,
    endedAt: noon + 18 * minute,
    endReason: 'consultant-ended',
  },
} as const satisfies Record<string, Consultation['room']>;

/** A consultation that has been held, and whose next steps wait to be acknowledged, unless the changes say otherwise. */
export function consultationWith(changes: Partial<Consultation> = {}): Consultation {
  return {
    id: appointment,
    prison: { id: '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f002', name: 'HMP Exemplar' },
    hospital: { id: '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f003', name: 'Example Infirmary' },
    device: { id: '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f004', name: 'HB-07' },
    consultant: { id: '0b6f3a52-6a3c-4a63-9f4e-0a52a9a3f005', name: 'Dr Rao' },
    patient: { reference: 'A1234BC', name: 'Ann Example', nhsNumber: '9434765919' },
    guests: [],
    startsAt: noon,
    endsAt: noon + 20 * minute,
    closesAt: noon + 25 * minute,
    bookedAt: noon - 24 * 60 * minute,
    cancelledAt: null,
    room: rooms.ended,
    nextSteps: { steps, recordedAt: noon + 19 * minute, acknowledgedAt: null },
    changedAt: noon + 19 * minute,
    ...changes,
  };
}
