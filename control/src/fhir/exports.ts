import { identifier } from '@sallyport/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Audit, Clock } from '../ports.ts';
import type { ApiClient } from './api-clients.ts';
import { appointmentResource } from './appointment-resource.ts';
import type { Consultation } from './consultation.ts';
import { encounterResource } from './encounter-resource.ts';
import { findConsultation, listConsultations, type PageMark } from './fhir-repository.ts';
import { notFound } from './outcomes.ts';
import { recordRead } from './read-record.ts';
import { appointmentOfStep, requestResources } from './request-resources.ts';
import type { ExportedResource, ExportedType } from './resources.ts';
import { appointmentSearch, referenceSearch, type Query } from './search-parameters.ts';

export interface ExportDeps {
  db: Kysely<Database>;
  audit: Audit;
  clock: Clock;
}

/** What a search found: a page of it. */
export interface Found {
  resources: ExportedResource[];
  total: number;
  /** Where the next page begins; undefined on the last. */
  next: PageMark | undefined;
}

type Trx = Transaction<Database>;

/**
 * Reads one resource for a client, and puts that on the record.
 * @throws FhirRefusal when there is none that the client may read
 */
export function readOne(
  deps: ExportDeps,
  client: ApiClient,
  { type, id }: { type: ExportedType; id: string },
): Promise<ExportedResource> {
  const { db, audit, clock } = deps;
  const appointment = appointmentOf(type, id);
  if (appointment === undefined) throw notFound();
  return db.transaction().execute(async (trx) => {
    const consultation = await findConsultation(trx, { prison: client.site, id: appointment }, clock.now());
    const resource = consultation && resourcesOf(type, consultation, clock.now()).find((one) => one.id === id);
    if (resource === undefined) throw notFound();
    await recordRead({ audit, trx }, client, { type, how: 'read', resources: [resource] });
    return resource;
  });
}

/**
 * Searches for a client, and puts that on the record.
 * @throws FhirRefusal in words when the search is none
 */
export function search(deps: ExportDeps, client: ApiClient, type: ExportedType, query: Query): Promise<Found> {
  const find = searchOf(type, query);
  return deps.db.transaction().execute(async (trx) => {
    const found = await find(trx, client.site, deps.clock.now());
    await recordRead({ audit: deps.audit, trx }, client, { type, how: 'search', resources: found.resources });
    return found;
  });
}

type Search = (trx: Trx, prison: string, now: number) => Promise<Found>;

function searchOf(type: ExportedType, query: Query): Search {
  if (type === 'Appointment') return appointmentsBy(query);
  const [parameter, referred] = type === 'Encounter' ? ['appointment', 'Appointment'] : ['encounter', 'Encounter'];
  const id = referenceSearch(query, parameter, referred);
  return async (trx, prison, now) => {
    const consultation = id === undefined ? undefined : await findConsultation(trx, { prison, id }, now);
    const resources = consultation === undefined ? [] : resourcesOf(type, consultation, now);
    return { resources, total: resources.length, next: undefined };
  };
}

function appointmentsBy(query: Query): Search {
  const { starts, changed, count, after } = appointmentSearch(query);
  return async (trx, prison, now) => {
    const filter = { prison, starts, changed };
    // One more than the page holds says whether there is a next one.
    const listed = await listConsultations(trx, filter, { count: count + 1, after }, now);
    const page = listed.consultations.slice(0, count);
    const next = listed.consultations.length > count ? page.at(-1) : undefined;
    return { resources: page.map((each) => appointmentResource(each, now)), total: listed.total, next };
  };
}

function resourcesOf(type: ExportedType, consultation: Consultation, now: number): ExportedResource[] {
  switch (type) {
    case 'Appointment':
      return [appointmentResource(consultation, now)];
    case 'Encounter': {
      const encounter = encounterResource(consultation, now);
      return encounter === undefined ? [] : [encounter];
    }
    case 'Task':
    case 'ServiceRequest':
      return requestResources(consultation).filter(({ resourceType }) => resourceType === type);
    default:
      return type satisfies never;
  }
}

/** The appointment to which a resource's id belongs; undefined for what is no id. */
function appointmentOf(type: ExportedType, id: string): string | undefined {
  const appointment = type === 'Task' || type === 'ServiceRequest' ? appointmentOfStep(id) : id;
  return identifier.safeParse(appointment).success ? appointment : undefined;
}
