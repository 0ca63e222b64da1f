import { decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { ApprovalTask, ConsoleAppointment, ConsoleGuest, SignedInPerson } from '@sallyport/protocol';

interface Named {
  id: string;
  name: string;
}

/**
 * Whether a statement lets in exactly the guest that this console shows, into exactly this consultation.
 * SECURITY: the consultant is never asked to approve another guest, room, laptop or hospital than they pressed for (S38).
 */
export function letsIn(
  { statement }: Pick<ApprovalTask, 'statement'>,
  appointment: Pick<ConsoleAppointment, 'id' | 'device' | 'prison'>,
  guest: Pick<ConsoleGuest, 'id' | 'kind' | 'name'>,
  { site }: Pick<SignedInPerson, 'site'>,
): boolean {
  const bytes = fromBase64url(statement);
  const join = bytes && decodeStatement(bytes);
  if (join?.type !== 'join' || site === null) return false;
  const { participant, device } = join;
  const isRoom = join.appointment === appointment.id && isSame(device, appointment.device);
  const isPlace = isSame(device.prison, appointment.prison) && isSame(participant.site, site);
  return isRoom && isPlace && participant.kind === guest.kind && isSame(participant, guest);
}

function isSame(one: Named, other: Named): boolean {
  return one.id === other.id && one.name === other.name;
}
