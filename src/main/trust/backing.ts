import type { AppointedConsultant, Manifest, Roster, StatementRefusal } from '@sallyport/protocol';

/** The people behind an activation. */
export interface Backing {
  /** Who approved the grant, with which passkey. */
  readonly approver: { readonly person: string; readonly credential: string };
  /** Whom the patient is to see. */
  readonly consultant: AppointedConsultant;
}

/**
 * What speaks against the people behind an activation under the manifest and rosters in force.
 * @param own the device's own site
 * @returns the first reason, or undefined. Pure
 */
export function refusalOfBacking(
  { approver, consultant }: Backing,
  manifest: Manifest,
  own: string,
  rosterOf: (site: string) => Roster | undefined,
): StatementRefusal | undefined {
  return refusalOfApprover(approver, rosterOf(own)) ?? refusalOfConsultant(consultant, manifest, rosterOf);
}

function refusalOfApprover(
  { person, credential }: Backing['approver'],
  roster: Roster | undefined,
): StatementRefusal | undefined {
  if (roster === undefined) return 'outdated';
  const listed = roster.people.find(({ id }) => id === person);
  return listed?.credentials.some(({ id }) => id === credential) === true ? undefined : 'unknown-credential';
}

/** SECURITY: nobody is put before a patient whom the managers of a hospital do not name as its consultant (S4). */
function refusalOfConsultant(
  { id, name, hospital }: AppointedConsultant,
  manifest: Manifest,
  rosterOf: (site: string) => Roster | undefined,
): StatementRefusal | undefined {
  const site = manifest.sites.find((candidate) => candidate.id === hospital.id);
  if (site?.kind !== 'hospital' || site.name !== hospital.name) return 'wrong-site';
  const roster = rosterOf(hospital.id);
  if (roster === undefined) return 'outdated';
  return roster.people.some((person) => person.id === id && person.name === name) ? undefined : 'unknown-credential';
}
