import * as z from 'zod';
import { checkReport, checkVerdict } from './device-check.ts';
import { nhsNumber } from './nhs-number.ts';
import { guestKind, phase, progress } from './phases.ts';
import { identifier, instant, line, paragraph } from './primitives.ts';
import { roomEnd } from './room.ts';

export const nextStep = z.strictObject({
  kind: z.enum(['prescription', 'investigation', 'referral', 'follow-up', 'none']),
  urgency: z.enum(['routine', 'soon', 'urgent']),
  responsible: z.enum(['prison-healthcare', 'hospital']),
  words: paragraph(2000).min(1),
});
export type NextStep = z.infer<typeof nextStep>;

/** What a laptop's last check came to. */
export const consoleCheck = z.strictObject({ verdict: checkVerdict, report: checkReport, at: instant });
export type ConsoleCheck = z.infer<typeof consoleCheck>;

/** Who has a laptop away from the healthcare room. */
export const custody = z.strictObject({
  holder: line(80),
  place: line(80),
  takenAt: instant,
  dueAt: instant,
  /** Who wrote it down. */
  by: line(80),
});
export type Custody = z.infer<typeof custody>;

/** Somebody named on an appointment who has no passkey of the fleet. */
export const consoleGuest = z.strictObject({
  id: identifier,
  kind: guestKind,
  name: line(80),
  /** named: no link given; invited: link and code are out; waiting: at the door with the right code; admitted: the consultant let them in; gone: put out or over. */
  state: z.enum(['named', 'invited', 'waiting', 'admitted', 'gone']),
});
export type ConsoleGuest = z.infer<typeof consoleGuest>;

/** An appointment's own data, as it is booked and changed. */
export const bookedDetails = z.strictObject({
  patientReference: line(40),
  patientName: line(80),
  nhsNumber: nhsNumber.nullable(),
  consultant: identifier,
  device: identifier,
  startsAt: instant,
  minutes: z.int().min(5).max(120),
  /** At most one of each kind. */
  guests: z
    .array(z.strictObject({ kind: guestKind, name: line(80) }))
    .max(2)
    .refine((guests) => new Set(guests.map(({ kind }) => kind)).size === guests.length),
});
export type BookedDetails = z.infer<typeof bookedDetails>;

export const consoleAppointment = z.strictObject({
  id: identifier,
  /** Goes up with every change; a change or cancellation names the one it was made from. */
  revision: z.int().min(1),
  patientReference: line(40),
  patientName: line(80),
  /** Ten digits. */
  nhsNumber: z.string().length(10).nullable(),
  prison: z.strictObject({ id: identifier, name: line(80) }),
  device: z.strictObject({ id: identifier, name: line(40) }),
  consultant: z.strictObject({ id: identifier, name: line(80), hospital: line(80) }),
  guests: z.array(consoleGuest).max(2),
  startsAt: instant,
  endsAt: instant,
  opensAt: instant,
  /** When the room closes by itself, as far as is known now. */
  closesAt: instant,
  /** Whether the consultant has let it close later; that can be done once. */
  extended: z.boolean(),
  phase,
  progress,
  /** Why the room ended; null while it has not. */
  endReason: roomEnd.nullable(),
  cancelledAt: instant.nullable(),
  /** Since when the laptop waits in the room; null when it is not there. */
  waitingSince: instant.nullable(),
  /** The last check of the laptop while it was open for this appointment. */
  check: consoleCheck.nullable(),
  /** Whether the laptop waits for the code that shows that staff are at it. */
  asksForStaff: z.boolean(),
  nextSteps: z
    .strictObject({
      steps: z.array(nextStep).min(1).max(20),
      recordedAt: instant,
      acknowledged: z.strictObject({ by: line(80), at: instant }).nullable(),
    })
    .nullable(),
});
export type ConsoleAppointment = z.infer<typeof consoleAppointment>;

/** What a guest's page shows of where the guest stands. */
export const guestView = z.strictObject({
  guest: consoleGuest,
  appointment: z.strictObject({
    id: identifier,
    consultant: z.strictObject({ name: line(80), hospital: line(80) }),
    prison: line(80),
    startsAt: instant,
    opensAt: instant,
    closesAt: instant,
  }),
  now: instant,
});
export type GuestView = z.infer<typeof guestView>;
