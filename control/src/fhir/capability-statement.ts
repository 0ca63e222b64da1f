import { profileOf } from './references.ts';
import type { ExportedType } from './resources.ts';

/** When the contents of this statement last changed. */
const changed = '2026-05-01';

type SearchParameter = { name: string; type: 'date' | 'reference'; documentation: string };

const searches: Record<ExportedType, SearchParameter[]> = {
  Appointment: [
    { name: 'date', type: 'date', documentation: 'When it starts; a day is a day in London.' },
    { name: '_lastUpdated', type: 'date', documentation: 'When anything of the consultation last changed.' },
  ],
  Encounter: [{ name: 'appointment', type: 'reference', documentation: 'Needed: of which appointment.' }],
  Task: [{ name: 'encounter', type: 'reference', documentation: 'Needed: of which encounter.' }],
  ServiceRequest: [{ name: 'encounter', type: 'reference', documentation: 'Needed: of which encounter.' }],
};

/** What this API can do, as FHIR says it. @param base its public URL */
export function capabilityStatement(base: string): object {
  const types = Object.keys(searches) as ExportedType[];
  return {
    resourceType: 'CapabilityStatement',
    id: 'sallyport',
    status: 'active',
    date: changed,
    kind: 'instance',
    software: { name: 'Sallyport control' },
    implementation: { description: 'A prison’s consultations and their next steps, to read', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    rest: [
      {
        mode: 'server',
        security: {
          cors: false,
          description:
            'A bearer token of the prison (RFC 6750), which whoever runs this server gives out and takes back.',
        },
        resource: types.map((type) => ({
          type,
          supportedProfile: [profileOf(`UKCore-${type}`)],
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: searches[type],
        })),
      },
    ],
  };
}
