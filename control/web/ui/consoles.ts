import type { Role } from '@sallyport/protocol';
import type { PlainKey } from './messages/catalogue.ts';

interface ConsolePlace {
  address: string;
  name: PlainKey;
  /** What people do there. */
  purpose: PlainKey;
  roles: readonly Role[];
}

/** The consoles: where each is and for whom. */
export const consolePlaces: readonly ConsolePlace[] = [
  { address: '/key/', name: 'key.name', purpose: 'setup.keyFor', roles: ['healthcare'] },
  { address: '/clinic/', name: 'clinic.name', purpose: 'setup.clinicFor', roles: ['consultant'] },
  { address: '/fleet/', name: 'fleet.name', purpose: 'setup.fleetFor', roles: ['fleetOfficer'] },
  { address: '/trust/', name: 'trust.name', purpose: 'setup.trustFor', roles: ['trustee', 'manager'] },
];

/** The consoles of a role. */
export function consolesFor(role: Role): readonly ConsolePlace[] {
  return consolePlaces.filter(({ roles }) => roles.includes(role));
}
