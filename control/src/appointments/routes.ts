import type { ConsoleAppointment, SignedInPerson } from '@sallyport/protocol';
import { Refused, type Handlers } from '../http/handlers.ts';
import type { AppointmentDeps } from './acting.ts';
import { listAppointments } from './appointment-reader.ts';
import { longestSpan } from './appointment-rules.ts';
import { book, cancelAppointment, changeAppointment } from './booking.ts';
import { listConsultants } from './booking-store.ts';
import { clashes } from './clashes.ts';
import { acknowledgeNextSteps, recordNextSteps } from './next-steps.ts';

type AppointmentRoute =
  | 'consultants'
  | 'appointments'
  | 'clashes'
  | 'book'
  | 'changeAppointment'
  | 'cancelAppointment'
  | 'recordNextSteps'
  | 'acknowledgeNextSteps';
export type AppointmentRoutes = Pick<Handlers, AppointmentRoute>;

/** The console routes of appointments and next steps. */
export function appointmentRoutes(deps: AppointmentDeps): AppointmentRoutes {
  return {
    consultants: async () => ({ consultants: await listConsultants(deps.db) }),
    appointments: ({ query }, { person }) => list(deps, query, person),
    clashes: ({ query }, { person }) => clashes(deps, query, person),
    book: ({ body }, { person }) => book(deps, body, person),
    changeAppointment: ({ params, body }, { person }) => changeAppointment(deps, { ...body, id: params.id }, person),
    cancelAppointment: ({ params, body }, { person }) => cancelAppointment(deps, { ...body, id: params.id }, person),
    recordNextSteps: ({ params, body }, { person }) =>
      recordNextSteps(deps, { id: params.id, steps: body.steps }, person),
    acknowledgeNextSteps: ({ params }, { person }) => acknowledgeNextSteps(deps, params.id, person),
  };
}

async function list(
  { db, clock }: AppointmentDeps,
  span: { from: number; to: number },
  person: SignedInPerson,
): Promise<{ appointments: ConsoleAppointment[] } | Refused> {
  if (span.to <= span.from) return new Refused('malformed');
  if (span.to - span.from > longestSpan) return new Refused('too-large');
  if (person.role === 'consultant') {
    return { appointments: await listAppointments(db, { whose: { consultant: person.id }, span }, clock.now()) };
  }
  // SECURITY: staff see their own prison's appointments and no others (S15).
  if (person.role !== 'healthcare' || person.site === null) return new Refused('not-allowed');
  return { appointments: await listAppointments(db, { whose: { prison: person.site.id }, span }, clock.now()) };
}
