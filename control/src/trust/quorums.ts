import type { Approval, Manifest, Order, Person, Role, Roster } from '@sallyport/protocol';

/** People who may approve, in a role, and how many different ones must. */
export interface Quorum {
  role: Role;
  people: readonly Person[];
  threshold: number;
}

/** Who must approve the next manifest, or the next roster of a site: as the verifier counts them. */
export function quorumsOf(statement: Manifest | Roster, inForce: Manifest): Quorum[] {
  if (statement.type === 'manifest') {
    const [now, next] = [inForce.trustees, statement.trustees];
    const isSame = JSON.stringify(now) === JSON.stringify(next);
    return (isSame ? [now] : [now, next]).map((trustees) => ({ role: 'trustee', ...trustees }));
  }
  const site = inForce.sites.find(({ id }) => id === statement.site);
  return [{ role: 'manager', people: site?.managers ?? [], threshold: site?.threshold ?? 1 }];
}

/**
 * Who must approve an order. One laptop takes one officer, until that one has approved as many as an hour allows: then it
 * waits, with one approval, for a second.
 */
export function quorumOfOrder(order: Order, approvals: readonly Approval[], inForce: Manifest): Quorum {
  const needsAnother = order.devices.length > 1 || approvals.length > 0;
  return { role: 'fleetOfficer', people: inForce.fleetOfficers, threshold: needsAnother ? 2 : 1 };
}

/** The member of a quorum to whom a passkey belongs. */
export function memberWith(credential: string, { people }: Quorum): Person | undefined {
  return people.find(({ credentials }) => credentials.some(({ id }) => id === credential));
}

/** The different members of a quorum who gave approvals that were found good. */
export function approversIn(quorum: Quorum, approvals: readonly Approval[]): Person[] {
  const members = approvals.map(({ credential }) => memberWith(credential, quorum));
  return [...new Set(members.filter((person) => person !== undefined))];
}

/** Those of a quorum whose approval is still missing; nobody once there are enough. */
export function missingIn(quorum: Quorum, approvals: readonly Approval[]): Person[] {
  const given = approversIn(quorum, approvals);
  return given.length >= quorum.threshold ? [] : quorum.people.filter((person) => !given.includes(person));
}
