// The parts of FHIR R4 (4.0.1, https://hl7.org/fhir/R4/) that are exported. The published definitions judge them in the tests.

export interface Coding {
  system: string;
  code: string;
  display?: string;
}

export interface CodeableConcept {
  coding?: Coding[];
  text?: string;
}

export interface Identifier {
  system: string;
  value: string;
  type?: CodeableConcept;
  assigner?: Reference;
}

export interface Reference {
  /** Relative to this API, for what it serves; everybody and everything else is named by identifier. */
  reference?: string;
  type?: string;
  identifier?: Identifier;
  display?: string;
}

interface Resource {
  id: string;
  meta: { lastUpdated: string; profile: string[] };
}

export interface AppointmentResource extends Resource {
  resourceType: 'Appointment';
  extension: { url: string; valueCodeableConcept: CodeableConcept }[];
  identifier: Identifier[];
  status: 'booked' | 'arrived' | 'fulfilled' | 'cancelled' | 'noshow';
  cancelationReason?: CodeableConcept;
  description: string;
  start: string;
  end: string;
  minutesDuration: number;
  created: string;
  participant: {
    type?: CodeableConcept[];
    actor: Reference;
    required: 'required' | 'optional';
    status: 'accepted' | 'declined';
  }[];
}

export interface EncounterResource extends Resource {
  resourceType: 'Encounter';
  identifier: Identifier[];
  status: 'planned' | 'arrived' | 'in-progress' | 'finished' | 'cancelled';
  class: Coding;
  subject: Reference;
  participant: { type: CodeableConcept[]; individual: Reference }[];
  appointment: Reference[];
  period?: { start: string; end?: string };
  serviceProvider: Reference;
}

type Priority = 'routine' | 'urgent' | 'asap';

export interface TaskResource extends Resource {
  resourceType: 'Task';
  groupIdentifier: Identifier;
  status: 'requested' | 'received';
  intent: 'order' | 'plan';
  priority: Priority;
  code: CodeableConcept;
  description: string;
  for: Reference;
  encounter: Reference;
  authoredOn: string;
  lastModified: string;
  requester: Reference;
  owner: Reference;
}

export interface ServiceRequestResource extends Resource {
  resourceType: 'ServiceRequest';
  requisition: Identifier;
  status: 'active';
  intent: 'order';
  category: CodeableConcept[];
  priority: Priority;
  code: CodeableConcept;
  subject: Reference;
  encounter: Reference;
  authoredOn: string;
  requester: Reference;
  performer: Reference[];
}

/** What can be read here. */
export type ExportedResource = AppointmentResource | EncounterResource | TaskResource | ServiceRequestResource;
export type ExportedType = ExportedResource['resourceType'];

export interface BundleResource {
  resourceType: 'Bundle';
  type: 'searchset';
  timestamp: string;
  total: number;
  link: { relation: 'self' | 'next'; url: string }[];
  entry: { fullUrl: string; resource: ExportedResource; search: { mode: 'match' } }[];
}

export interface OutcomeResource {
  resourceType: 'OperationOutcome';
  issue: { severity: 'error'; code: IssueCode; details: { text: string } }[];
}

/** http://hl7.org/fhir/issue-type, as far as it is used. */
export type IssueCode = 'invalid' | 'not-supported' | 'login' | 'not-found' | 'throttled' | 'exception';
