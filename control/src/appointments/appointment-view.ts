import {
  noProgress,
  verdictOf,
  type ConsoleAppointment,
  type ConsoleGuest,
  type Phase,
  type Progress,
} from '@sallyport/protocol';
import { guestStateOf } from '../db/guest-state.ts';
import { shownPhase } from './appointment-rules.ts';
import type { AppointmentRow, GuestRow } from './appointment-rows.ts';

/**
 * An appointment as the consoles show it. Pure.
 * @param now milliseconds since the epoch
 */
export function viewOf(row: AppointmentRow, guests: readonly GuestRow[], now: number): ConsoleAppointment {
  const phase = shownPhase(row.phase, row.closes_at.getTime(), now);
  const cancelledAt = row.cancelled_at?.getTime() ?? null;
  const over = phase === 'ended' || cancelledAt !== null;
  return {
    id: row.id,
    revision: row.revision,
    patientReference: row.patient_reference,
    patientName: row.patient_name,
    nhsNumber: row.nhs_number,
    prison: { id: row.prison, name: row.prison_name },
    device: { id: row.device, name: row.device_name },
    consultant: { id: row.consultant, name: row.consultant_name, hospital: row.hospital_name },
    guests: guests.map((guest) => guestOf(guest, { over: over || isOutOfDebrief(guest, phase), now })),
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
    opensAt: row.opens_at.getTime(),
    closesAt: row.closes_at.getTime(),
    extended: row.extended_at !== null,
    phase,
    progress: progressOf(row),
    endReason: row.end_reason ?? (phase === 'ended' && cancelledAt === null ? 'window-over' : null),
    cancelledAt,
    waitingSince: row.taken_at?.getTime() ?? null,
    check: checkOf(row),
    asksForStaff: asksForStaff(row),
    nextSteps: nextStepsOf(row),
  };
}

/** The debrief is for staff and clinicians. */
function isOutOfDebrief({ kind }: GuestRow, phase: Phase): boolean {
  return kind === 'interpreter' && phase === 'debrief';
}

function guestOf(guest: GuestRow, when: { over: boolean; now: number }): ConsoleGuest {
  const { id, kind, name } = guest;
  return { id, kind, name, state: guestStateOf(guest, when) };
}

function progressOf(row: AppointmentRow): Progress {
  if (row.room === null) return noProgress;
  return {
    present: row.present,
    nameChecked: {
      laptop: row.laptop_checked_name_at !== null,
      consultant: row.consultant_checked_name_at !== null,
    },
    staffConfirmed: row.phase === 'debrief' && row.staff_confirmed_at !== null,
  };
}

function checkOf({ report, checked_at: at }: AppointmentRow): ConsoleAppointment['check'] {
  return report === null || at === null ? null : { verdict: verdictOf(report), report, at: at.getTime() };
}

/** A laptop that has left asks nobody any more. */
function asksForStaff(row: AppointmentRow): boolean {
  return (
    row.phase === 'debrief' && row.taken_at !== null && row.staff_nonce !== null && row.staff_confirmed_at === null
  );
}

function nextStepsOf(row: AppointmentRow): ConsoleAppointment['nextSteps'] {
  if (row.steps === null || row.recorded_at === null) return null;
  const acknowledged =
    row.acknowledged_at === null || row.acknowledged_name === null
      ? null
      : { by: row.acknowledged_name, at: row.acknowledged_at.getTime() };
  return { steps: row.steps, recordedAt: row.recorded_at.getTime(), acknowledged };
}
