import type { RoomEnd } from '@sallyport/protocol';
import { standingOf, type Consultation, type Standing } from './consultation.ts';
import { identifierOf, instantOf, inWords, logicalReference, metaOf, patientOf } from './references.ts';
import type { AppointmentResource, CodeableConcept } from './resources.ts';

type Participant = AppointmentResource['participant'][number];

const statuses: Record<Standing, AppointmentResource['status']> = {
  booked: 'booked',
  arrived: 'arrived',
  'in-progress': 'arrived',
  held: 'fulfilled',
  cancelled: 'cancelled',
  missed: 'noshow',
};

/** How it takes place, in UK Core's own words for it. */
const byVideo: AppointmentResource['extension'][number] = {
  url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel',
  valueCodeableConcept: {
    coding: [{ system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-DeliveryChannel', code: 'Video', display: 'Video' }],
  },
};

/**
 * A consultation's appointment, by UK Core Appointment. Pure.
 * @param now milliseconds since the epoch
 */
export function appointmentResource(consultation: Consultation, now: number): AppointmentResource {
  const { id, startsAt, endsAt, bookedAt, changedAt } = consultation;
  const status = statuses[standingOf(consultation, now)];
  const reason = status === 'cancelled' ? reasonOf(consultation.room?.endReason) : undefined;
  return {
    resourceType: 'Appointment',
    id,
    meta: metaOf('UKCore-Appointment', changedAt),
    extension: [byVideo],
    identifier: [identifierOf(id)],
    status,
    ...(reason === undefined ? {} : { cancelationReason: reason }),
    description: 'Video consultation',
    start: instantOf(startsAt),
    end: instantOf(endsAt),
    minutesDuration: Math.round((endsAt - startsAt) / 60_000),
    created: instantOf(bookedAt),
    participant: participantsOf(consultation),
  };
}

function participantsOf(consultation: Consultation): Participant[] {
  const { consultant, device, prison, guests, room } = consultation;
  const patientDeclined = room?.endReason === 'no-consent';
  const consultantDeclined = room?.endReason?.startsWith('declined-') === true;
  return [
    { actor: patientOf(consultation), required: 'required', status: patientDeclined ? 'declined' : 'accepted' },
    {
      actor: logicalReference('Practitioner', consultant),
      required: 'required',
      status: consultantDeclined ? 'declined' : 'accepted',
    },
    ...guests.map(guestParticipant),
    { actor: logicalReference('Location', prison), required: 'required', status: 'accepted' },
    { actor: logicalReference('Device', device), required: 'required', status: 'accepted' },
  ];
}

function guestParticipant({ kind, name }: Consultation['guests'][number]): Participant {
  const type = [inWords(kind === 'interpreter' ? 'Interpreter' : 'Second clinician')];
  return { type, actor: { type: 'Practitioner', display: name }, required: 'optional', status: 'accepted' };
}

function reasonOf(end: RoomEnd | null | undefined): CodeableConcept | undefined {
  if (end === null || end === undefined) return undefined;
  return inWords(reasons[end] ?? 'It ended before the patient was admitted');
}

const reasons: Partial<Record<RoomEnd, string>> = {
  'no-consent': 'The patient did not agree to the consultation',
  'consultant-ended': 'The consultant ended it before the patient was admitted',
  'declined-rebook': 'The consultant declined: book again',
  'declined-not-needed': 'The consultant declined: not needed any more',
  'declined-wrong-patient': 'The consultant declined: not the right patient',
  'declined-technical': 'The consultant declined: technical trouble',
};
