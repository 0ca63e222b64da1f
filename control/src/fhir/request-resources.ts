import type { NextStep } from '@sallyport/protocol';
import type { Consultation } from './consultation.ts';
import { identifierOf, instantOf, inWords, logicalReference, metaOf, patientOf } from './references.ts';
import type { Reference, ServiceRequestResource, TaskResource } from './resources.ts';

/** What somebody else is asked to carry out. */
type Requested = Extract<NextStep['kind'], 'investigation' | 'referral'>;
/** What whoever is responsible does. */
type Planned = Extract<NextStep['kind'], 'prescription' | 'follow-up'>;

const categories: Record<Requested, string> = { investigation: 'Investigation', referral: 'Referral' };
const tasks: Record<Planned, { code: string; intent: TaskResource['intent'] }> = {
  prescription: { code: 'Prescription', intent: 'order' },
  'follow-up': { code: 'Follow-up', intent: 'plan' },
};

/** In FHIR's order, in which `asap` is higher than `urgent` (http://hl7.org/fhir/request-priority). */
const priorities: Record<NextStep['urgency'], TaskResource['priority']> = {
  routine: 'routine',
  soon: 'urgent',
  urgent: 'asap',
};

type Recorded = NonNullable<Consultation['nextSteps']>;

/**
 * A consultation's next steps: investigations and referrals as UK Core ServiceRequest, prescriptions and follow-ups as UK Core
 * Task, nothing for `none`. Their ids are the appointment's with the step's place, so they never change. Pure.
 */
export function requestResources(consultation: Consultation): (ServiceRequestResource | TaskResource)[] {
  const { nextSteps } = consultation;
  if (nextSteps === null) return [];
  return nextSteps.steps.flatMap((step, place): (ServiceRequestResource | TaskResource)[] => {
    const id = `${consultation.id}-${place + 1}`;
    const { kind } = step;
    if (kind === 'none') return [];
    return kind === 'investigation' || kind === 'referral'
      ? [serviceRequest({ consultation, nextSteps, id, step, kind })]
      : [task({ consultation, nextSteps, id, step, kind })];
  });
}

/** The appointment of a step's id. @returns undefined for what is the id of no step */
export function appointmentOfStep(id: string): string | undefined {
  return /^([0-9a-f-]{36})-(?:[1-9]|1[0-9]|20)$/.exec(id)?.[1];
}

interface Step<K extends NextStep['kind']> {
  consultation: Consultation;
  nextSteps: Recorded;
  id: string;
  step: NextStep;
  kind: K;
}

function serviceRequest({ consultation, nextSteps, id, step, kind }: Step<Requested>): ServiceRequestResource {
  return {
    resourceType: 'ServiceRequest',
    id,
    meta: metaOf('UKCore-ServiceRequest', nextSteps.recordedAt),
    requisition: identifierOf(consultation.id),
    status: 'active',
    intent: 'order',
    category: [inWords(categories[kind])],
    priority: priorities[step.urgency],
    code: inWords(wordsOf(step, categories[kind])),
    subject: patientOf(consultation),
    ...commonOf(consultation, nextSteps),
    performer: [responsible(consultation, step)],
  };
}

function task({ consultation, nextSteps, id, step, kind }: Step<Planned>): TaskResource {
  const { code, intent } = tasks[kind];
  const changedAt = Math.max(nextSteps.recordedAt, nextSteps.acknowledgedAt ?? 0);
  // It is the prison's team that acknowledges; of a hospital's own task that says nothing.
  const isReceived = nextSteps.acknowledgedAt !== null && step.responsible === 'prison-healthcare';
  return {
    resourceType: 'Task',
    id,
    meta: metaOf('UKCore-Task', changedAt),
    groupIdentifier: identifierOf(consultation.id),
    status: isReceived ? 'received' : 'requested',
    intent,
    priority: priorities[step.urgency],
    code: inWords(code),
    description: wordsOf(step, code),
    for: patientOf(consultation),
    ...commonOf(consultation, nextSteps),
    lastModified: instantOf(changedAt),
    owner: responsible(consultation, step),
  };
}

function commonOf(
  { id, consultant }: Consultation,
  { recordedAt }: Recorded,
): { encounter: Reference; authoredOn: string; requester: Reference } {
  return {
    encounter: { reference: `Encounter/${id}` },
    authoredOn: instantOf(recordedAt),
    requester: logicalReference('Practitioner', consultant),
  };
}

/** FHIR has no text of nothing but spaces. */
function wordsOf({ words }: NextStep, kind: string): string {
  return words.trim() === '' ? kind : words;
}

function responsible({ prison, hospital }: Consultation, step: NextStep): Reference {
  return logicalReference('Organization', step.responsible === 'hospital' ? hospital : prison);
}
