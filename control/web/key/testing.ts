import { timesOf } from '@sallyport/protocol';
import type { ConsoleAppointment, ConsoleRoute, Refusal } from '@sallyport/protocol';
import type { Api, Trouble } from '../ui/api.ts';

export const ids = {
  appointment: '11111111-1111-4111-8111-111111111111',
  device: '22222222-2222-4222-8222-222222222222',
  otherDevice: '33333333-3333-4333-8333-333333333333',
  consultant: '44444444-4444-4444-8444-444444444444',
  otherConsultant: '55555555-5555-4555-8555-555555555555',
  prison: '66666666-6666-4666-8666-666666666666',
  guest: '77777777-7777-4777-8777-777777777777',
} as const;

/** 15 July 2026, 14:30 in London. */
export const halfPastTwo = Date.UTC(2026, 6, 15, 13, 30);

/** An appointment at half past two for twenty minutes, with whatever is otherwise. */
export function appointmentWith(changes: Partial<ConsoleAppointment> = {}, startsAt = halfPastTwo): ConsoleAppointment {
  return {
    id: ids.appointment,
    revision: 1,
    patientReference: 'A1234BC',
    patientName: 'Alex Example',
    nhsNumber: null,
    prison: { id: ids.prison, name: 'HMP Exemplar' },
    device: { id: ids.device, name: 'HB-07' },
    consultant: { id: ids.consultant, name: 'Dr Rao', hospital: 'Example Infirmary' },
    guests: [],
    ...timesOf(startsAt, 20),
    extended: false,
    phase: 'waiting',
    progress: { present: null, nameChecked: { laptop: false, consultant: false }, staffConfirmed: false },
    endReason: null,
    cancelledAt: null,
    waitingSince: null,
    check: null,
    asksForStaff: false,
    nextSteps: null,
    ...changes,
  };
}

/** What control was asked. */
export interface Asked {
  name: ConsoleRoute;
  input: unknown;
}

/**
 * A control that answers as told, and remembers what it was asked.
 * @param answers by route: a value, or a reason to refuse
 */
export function playedApi(answers: Partial<Record<ConsoleRoute, (input: never) => unknown>>): {
  api: Api;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const call = (name: ConsoleRoute, input: unknown) => {
    asked.push({ name, input });
    const answer = answers[name]?.(input as never);
    return Promise.resolve(
      answer instanceof Refusing ? { ok: false, trouble: answer.trouble } : { ok: true, value: answer },
    );
  };
  // The tests answer each route with what it answers.
  return {
    api: {
      call: call as Api['call'],
      unattended: (act) => {
        act();
      },
    },
    asked,
  };
}

class Refusing {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    this.trouble = trouble;
  }
}

/** An answer that refuses. */
export function refusing(reason: Refusal['reason'] | 'unreachable'): unknown {
  return new Refusing(reason === 'unreachable' ? { reason } : { reason });
}
