import { roomEnd } from '@sallyport/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import { appointmentResource } from './appointment-resource.ts';
import { capabilityStatement } from './capability-statement.ts';
import type { Consultation } from './consultation.ts';
import { encounterResource } from './encounter-resource.ts';
import { outcomeOf } from './outcomes.ts';
import { loadDefinitions, type Definitions } from './r4-definitions-testing.ts';
import { appointmentOfStep, requestResources } from './request-resources.ts';
import { appointment, consultationWith, minute, noon, rooms } from './testing.ts';

let definitions: Definitions;
beforeAll(() => {
  definitions = loadDefinitions();
}, 60_000);

/** Consultations in every state there is. */
const every: [name: string, consultation: Consultation, now: number][] = [
  ['booked', consultationWith({ room: null, nextSteps: null }), noon],
  ['never come to', consultationWith({ room: null, nextSteps: null }), noon + 25 * minute],
  ['cancelled', consultationWith({ room: null, nextSteps: null, cancelledAt: noon }), noon],
  ['waited for by the consultant', consultationWith({ room: { ...rooms.waiting, laptopIsThere: false } }), noon],
  ['waiting', consultationWith({ room: rooms.waiting }), noon],
  ['in consult', consultationWith({ room: rooms.consult }), noon],
  ['in debrief', consultationWith({ room: { ...rooms.consult, phase: 'debrief' } }), noon],
  ['held', consultationWith(), noon],
  ['acknowledged', acknowledged(), noon],
  ['of a patient without an NHS number', consultationWith({ patient: patientWithout() }), noon],
  ['with guests', consultationWith({ guests: guests() }), noon],
  ...roomEnd.options.map((end): (typeof every)[number] => [
    `ended by ${end} before anybody was admitted`,
    endedBy(end),
    noon,
  ]),
];

function acknowledged(): Consultation {
  const held = consultationWith();
  return { ...held, nextSteps: held.nextSteps && { ...held.nextSteps, acknowledgedAt: noon + 30 * minute } };
}

function patientWithout(): Consultation['patient'] {
  return { ...consultationWith().patient, nhsNumber: null };
}

function guests(): Consultation['guests'] {
  return [
    { kind: 'interpreter', name: 'Ines Interpreter' },
    { kind: 'clinician', name: 'Dr Second' },
  ];
}

function endedBy(endReason: NonNullable<Consultation['room']>['endReason']): Consultation {
  return consultationWith({ room: { ...rooms.ended, admittedAt: null, endReason }, nextSteps: null });
}

function allOf(consultation: Consultation, now: number): object[] {
  const encounter = encounterResource(consultation, now);
  return [appointmentResource(consultation, now), ...(encounter ? [encounter] : []), ...requestResources(consultation)];
}

describe('S43 what is exported, by the published definitions of R4', () => {
  test.each(every)('of a consultation %s nothing is wrong', (_name, consultation, now) => {
    for (const resource of allOf(consultation, now)) expect(definitions.problemsOf(resource)).toEqual([]);
  });

  test('nor of the statement of what this can do, nor of a refusal', () => {
    expect(definitions.problemsOf(capabilityStatement('https://control.example/fhir/R4'))).toEqual([]);
    expect(definitions.problemsOf(outcomeOf('invalid', 'No.'))).toEqual([]);
  });

  test('the check finds what is wrong: a code that is none, a member too many, one too few, a broken rule', () => {
    const [booking, encounter, task, request] = [
      appointmentResource(consultationWith(), noon),
      encounterResource(consultationWith(), noon),
      ...requestResources(consultationWith()),
    ];
    const wrong: [string, object][] = [
      ['Appointment.status must have a code', { ...booking, status: 'over' }],
      ['must NOT have additional properties', { ...booking, patient: 'Ann Example' }],
      ['Missing required property', { ...booking, participant: undefined }],
      ['app-4', { ...booking, status: 'booked', cancelationReason: { text: 'No' } }],
      ['app-2', { ...booking, end: undefined }],
      ['Invalid instant format', { ...booking, start: '2026-05-04' }],
      ['XX is no code of', { ...encounter, class: { ...encounter?.class, code: 'XX' } }],
      ['per-1', { ...encounter, period: { start: '2026-05-04T12:00:00Z', end: '2026-05-04T11:00:00Z' } }],
      ['Task.priority must have a code', { ...task, priority: 'soon' }],
      ['inv-1', { ...task, lastModified: '2020-01-01T00:00:00Z' }],
      ['Missing required property', { ...request, subject: undefined }],
      ['must match pattern', { ...request, id: 'not/an id' }],
    ];
    for (const [problem, resource] of wrong) {
      expect(definitions.problemsOf(resource).join('\n'), problem).toContain(problem);
    }
  });
});

describe('an appointment', () => {
  test('is booked, arrived, fulfilled, cancelled or missed', () => {
    const statuses = Object.fromEntries(every.map(([name, ...of]) => [name, appointmentResource(...of).status]));
    expect(statuses).toMatchObject({
      booked: 'booked',
      'never come to': 'noshow',
      cancelled: 'cancelled',
      'waited for by the consultant': 'booked',
      waiting: 'arrived',
      'in consult': 'arrived',
      'in debrief': 'arrived',
      held: 'fulfilled',
      'ended by window-over before anybody was admitted': 'noshow',
      'ended by no-consent before anybody was admitted': 'cancelled',
      'ended by declined-rebook before anybody was admitted': 'cancelled',
    });
  });

  test('names the patient by NHS number, everybody else by identifier, and says that it is by video', () => {
    const { participant, extension, ...rest } = appointmentResource(consultationWith({ guests: guests() }), noon);
    expect(rest).toMatchObject({
      id: appointment,
      meta: {
        lastUpdated: '2026-05-04T12:19:00.000Z',
        profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Appointment'],
      },
      start: '2026-05-04T12:00:00.000Z',
      end: '2026-05-04T12:20:00.000Z',
      minutesDuration: 20,
    });
    expect(extension[0]?.valueCodeableConcept.coding?.[0]?.code).toBe('Video');
    expect(participant.map(({ actor }) => [actor.type, actor.display])).toEqual([
      ['Patient', 'Ann Example'],
      ['Practitioner', 'Dr Rao'],
      ['Practitioner', 'Ines Interpreter'],
      ['Practitioner', 'Dr Second'],
      ['Location', 'HMP Exemplar'],
      ['Device', 'HB-07'],
    ]);
    expect(participant[0]?.actor.identifier).toEqual({
      system: 'https://fhir.nhs.uk/Id/nhs-number',
      value: '9434765919',
    });
    const { consultant } = consultationWith();
    expect(participant[1]?.actor.identifier).toEqual({
      system: 'urn:ietf:rfc:3986',
      value: `urn:uuid:${consultant.id}`,
    });
  });

  test('without an NHS number the patient has the prison’s own reference, in that prison’s namespace', () => {
    const consultation = consultationWith({ patient: patientWithout() });
    expect(appointmentResource(consultation, noon).participant[0]?.actor.identifier).toMatchObject({
      system: `urn:uuid:${consultation.prison.id}`,
      value: 'A1234BC',
      assigner: { display: 'HMP Exemplar' },
    });
  });

  test('says who did not want it, and why it is cancelled', () => {
    const declined = appointmentResource(endedBy('declined-wrong-patient'), noon);
    expect(declined.participant.map(({ status }) => status).slice(0, 2)).toEqual(['accepted', 'declined']);
    expect(declined.cancelationReason?.text).toContain('not the right patient');
    const refused = appointmentResource(endedBy('no-consent'), noon);
    expect(refused.participant.map(({ status }) => status).slice(0, 2)).toEqual(['declined', 'accepted']);
  });
});

describe('an encounter', () => {
  test('is virtual, and lasts from admission to the end of the room', () => {
    expect(encounterResource(consultationWith(), noon)).toMatchObject({
      id: appointment,
      status: 'finished',
      class: { code: 'VR' },
      appointment: [{ reference: `Appointment/${appointment}` }],
      period: { start: '2026-05-04T12:01:00.000Z', end: '2026-05-04T12:18:00.000Z' },
      serviceProvider: { display: 'Example Infirmary' },
    });
  });

  test('begins with the first who joins, and has no time of its own before anybody is admitted', () => {
    expect(encounterResource(consultationWith({ room: null }), noon)).toBeUndefined();
    const waiting = encounterResource(consultationWith({ room: rooms.waiting }), noon);
    expect(waiting).toMatchObject({ status: 'arrived' });
    expect(waiting).not.toHaveProperty('period');
    expect(encounterResource(consultationWith({ room: rooms.consult }), noon)?.period).toEqual({
      start: '2026-05-04T12:01:00.000Z',
    });
    expect(encounterResource(endedBy('no-consent'), noon)?.status).toBe('cancelled');
  });
});

describe('next steps', () => {
  test('are requests for services and tasks, each with an id of its own that never changes; none is nothing', () => {
    const made = requestResources(consultationWith());
    expect(made.map(({ resourceType, id }) => [resourceType, id])).toEqual([
      ['Task', `${appointment}-1`],
      ['ServiceRequest', `${appointment}-2`],
      ['ServiceRequest', `${appointment}-4`],
      ['Task', `${appointment}-5`],
    ]);
    for (const { id } of made) expect(appointmentOfStep(id)).toBe(appointment);
    for (const id of [appointment, `${appointment}-0`, `${appointment}-21`, `${appointment}-1-1`, '1']) {
      expect(appointmentOfStep(id)).toBeUndefined();
    }
    expect(requestResources(consultationWith({ nextSteps: null }))).toEqual([]);
  });

  test('say in words what, how soon in FHIR’s order, and who acts', () => {
    const [prescription, investigation, referral, followUp] = requestResources(consultationWith());
    expect(prescription).toMatchObject({
      ...{ status: 'requested', intent: 'order', priority: 'urgent', code: { text: 'Prescription' } },
      description: 'Amoxicillin 500 mg, 7 days',
      owner: { type: 'Organization', display: 'HMP Exemplar' },
      requester: { display: 'Dr Rao' },
      encounter: { reference: `Encounter/${appointment}` },
    });
    expect(investigation).toMatchObject({
      ...{ status: 'active', intent: 'order', priority: 'asap', category: [{ text: 'Investigation' }] },
      code: { text: 'CT chest\nwith contrast' },
      performer: [{ type: 'Organization', display: 'Example Infirmary' }],
    });
    expect(referral).toMatchObject({ priority: 'routine', code: { text: 'Ffisiotherapi – cefn 🩻' } });
    expect(followUp).toMatchObject({ intent: 'plan', priority: 'asap', description: 'Follow-up' });
  });

  test('a task of the prison’s team is received once they acknowledge; a hospital’s is not', () => {
    const [own, , , hospitals] = requestResources(acknowledged());
    expect(own).toMatchObject({ status: 'received', lastModified: '2026-05-04T12:30:00.000Z' });
    expect(hospitals).toMatchObject({ status: 'requested' });
  });
});
