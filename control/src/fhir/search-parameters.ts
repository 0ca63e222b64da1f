import { identifier } from '@sallyport/protocol';
import type { PageMark } from './fhir-repository.ts';
import { invalid } from './outcomes.ts';
import { boundOf, type Bound } from './search-dates.ts';

/** A request's query, parsed by the framework: a parameter given several times is a list. */
export type Query = Readonly<Record<string, unknown>>;

/** How many resources a page holds unless the search says, and at most. */
const pageSize = { usual: 20, most: 50 };
/** A search that names more bounds than this is no search. */
const mostBounds = 4;

/** What every request may say besides: how it wants the answer written. */
const general = ['_format'];

export interface AppointmentSearch {
  starts: Bound[];
  changed: Bound[];
  count: number;
  after: PageMark | undefined;
}

/** Reads a search for appointments. @throws FhirRefusal in words */
export function appointmentSearch(query: Query): AppointmentSearch {
  refuseOthers(query, ['date', '_lastUpdated', '_count', '_page']);
  return {
    starts: boundsOf(query, 'date'),
    changed: boundsOf(query, '_lastUpdated'),
    count: countOf(only(query, '_count')),
    after: markOf(only(query, '_page')),
  };
}

/**
 * Reads a search whose one parameter refers to a resource, as `Encounter/id` or as the id alone.
 * @returns the id; undefined for one that can be nothing's here
 * @throws FhirRefusal in words
 */
export function referenceSearch(query: Query, parameter: string, type: string): string | undefined {
  refuseOthers(query, [parameter]);
  const value = only(query, parameter);
  if (value === undefined) throw invalid(`This search needs “${parameter}”.`);
  const id = value.startsWith(`${type}/`) ? value.slice(type.length + 1) : value;
  return identifier.safeParse(id).success ? id : undefined;
}

/** Refuses parameters on a read that has none. @throws FhirRefusal in words */
export function refuseParameters(query: Query): void {
  refuseOthers(query, []);
}

/** Where the page after one consultation begins. */
export function pageAfter({ startsAt, id }: PageMark): string {
  return `${startsAt}.${id}`;
}

/** An unknown parameter is refused: whoever believes to have narrowed a search must not get more than that. */
function refuseOthers(query: Query, known: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !known.includes(name) && !general.includes(name));
  if (unknown === undefined) return;
  const list = known.length === 0 ? 'none' : known.map((name) => `“${name}”`).join(', ');
  throw invalid(`A parameter of this request is not known here. Known: ${list}.`);
}

function valuesOf(query: Query, name: string): string[] {
  const value = query[name];
  const values: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return values.filter((one): one is string => typeof one === 'string');
}

function only(query: Query, name: string): string | undefined {
  const values = valuesOf(query, name);
  if (values.length > 1) throw invalid(`“${name}” can be given once.`);
  return values[0];
}

function boundsOf(query: Query, name: string): Bound[] {
  const values = valuesOf(query, name);
  if (values.length > mostBounds) throw invalid(`“${name}” can be given ${mostBounds} times at most.`);
  return values.map((value) => {
    const bound = boundOf(value);
    if (bound === undefined) {
      throw invalid(
        `“${name}” is a day (2026-03-29) or a time with its zone (2026-03-29T09:00:00Z) after ge, gt, le, lt or eq.`,
      );
    }
    return bound;
  });
}

function countOf(value: string | undefined): number {
  if (value === undefined) return pageSize.usual;
  if (!/^[1-9]\d{0,3}$/.test(value)) throw invalid('“_count” is a number from 1 on.');
  return Math.min(Number(value), pageSize.most);
}

function markOf(value: string | undefined): PageMark | undefined {
  if (value === undefined) return undefined;
  const [, startsAt, id] = /^(\d{1,15})\.(.+)$/.exec(value) ?? [];
  const parsed = identifier.safeParse(id);
  if (startsAt === undefined || !parsed.success) throw invalid('“_page” comes from a page’s “next” link.');
  return { startsAt: Number(startsAt), id: parsed.data };
}
