import type { Credential, Invitation } from '@sallyport/protocol';

/** Where an invitation stands: the link waits or is over, a passkey was made, or it is in force already. */
export type InvitationStanding = 'waiting' | 'expired' | 'registered' | 'inForce';

/**
 * Where an invitation stands now.
 * @param inForce the passkeys that the list in force names
 * @param now control's time, milliseconds since the epoch
 */
export function standingOfInvitation(
  { passkey, expiresAt }: Pick<Invitation, 'passkey' | 'expiresAt'>,
  inForce: readonly Credential[],
  now: number,
): InvitationStanding {
  if (passkey === null) return expiresAt <= now ? 'expired' : 'waiting';
  return inForce.some(({ id, publicKey }) => id === passkey.id && publicKey === passkey.publicKey)
    ? 'inForce'
    : 'registered';
}
