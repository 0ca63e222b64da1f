import type { Consultation } from './consultation.ts';
import type { CodeableConcept, Identifier, Reference } from './resources.ts';

/** The NHS number's namespace (NHS Digital, FHIR identifier systems). */
const nhsNumberSystem = 'https://fhir.nhs.uk/Id/nhs-number';

/** A thing of this fleet, by the identifier that it has here. */
export function identifierOf(id: string): Identifier {
  return { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` };
}

/**
 * The patient, whom no system is asked to look up here: by NHS number when it is known, else by the prison's own reference,
 * which means something in the namespace of that prison only.
 */
export function patientOf({ patient, prison }: Consultation): Reference {
  const identifier: Identifier =
    patient.nhsNumber === null
      ? {
          system: `urn:uuid:${prison.id}`,
          value: patient.reference,
          type: { text: 'Patient reference of the prison' },
          assigner: { display: prison.name },
        }
      : { system: nhsNumberSystem, value: patient.nhsNumber };
  return { type: 'Patient', identifier, display: patient.name };
}

/** Somebody or something that this API does not serve: by identifier and name. */
export function logicalReference(
  type: 'Practitioner' | 'Organization' | 'Location' | 'Device',
  { id, name }: { id: string; name: string },
): Reference {
  return { type, identifier: identifierOf(id), display: name };
}

/** A concept in words: these are no codes of any terminology. */
export function inWords(text: string): CodeableConcept {
  return { text };
}

/** A moment as FHIR writes it. @param at milliseconds since the epoch */
export function instantOf(at: number): string {
  return new Date(at).toISOString();
}

/** Says when a resource changed and which UK Core profile it is written for. */
export function metaOf(profile: string, changedAt: number): { lastUpdated: string; profile: string[] } {
  return { lastUpdated: instantOf(changedAt), profile: [profileOf(profile)] };
}

/** A UK Core profile's canonical URL. @param name as `UKCore-Task` */
export function profileOf(name: string): string {
  return `https://fhir.hl7.org.uk/StructureDefinition/${name}`;
}
