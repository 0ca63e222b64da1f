import { standingOf, type Consultation, type Standing } from './consultation.ts';
import { identifierOf, instantOf, logicalReference, metaOf, patientOf } from './references.ts';
import type { Coding, EncounterResource } from './resources.ts';

const statuses: Record<Standing, EncounterResource['status']> = {
  booked: 'planned',
  arrived: 'arrived',
  'in-progress': 'in-progress',
  held: 'finished',
  cancelled: 'cancelled',
  missed: 'cancelled',
};

/** A virtual encounter (HL7 v3 ActCode). */
const virtual: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  code: 'VR',
  display: 'virtual',
};
const performer: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  code: 'PPRF',
  display: 'primary performer',
};

/**
 * A consultation's encounter, by UK Core Encounter: from the moment somebody joined its room on. Its id is the appointment's.
 * Pure.
 * @param now milliseconds since the epoch
 * @returns undefined while nobody has
 */
export function encounterResource(consultation: Consultation, now: number): EncounterResource | undefined {
  const { id, room, consultant, hospital, changedAt } = consultation;
  if (room === null) return undefined;
  const period = periodOf(room);
  return {
    resourceType: 'Encounter',
    id,
    meta: metaOf('UKCore-Encounter', changedAt),
    identifier: [identifierOf(id)],
    status: statuses[standingOf(consultation, now)],
    class: virtual,
    subject: patientOf(consultation),
    participant: [{ type: [{ coding: [performer] }], individual: logicalReference('Practitioner', consultant) }],
    appointment: [{ reference: `Appointment/${id}` }],
    ...(period === undefined ? {} : { period }),
    serviceProvider: logicalReference('Organization', hospital),
  };
}

/** From the patient's admission to the end of the room; nothing when nobody was admitted. */
function periodOf({ admittedAt, endedAt }: NonNullable<Consultation['room']>): EncounterResource['period'] | undefined {
  if (admittedAt === null) return undefined;
  const start = instantOf(admittedAt);
  return endedAt === null ? { start } : { start, end: instantOf(Math.max(admittedAt, endedAt)) };
}
