import type { JSX } from 'react';
import type { AppointedConsultant } from '@sallyport/protocol';
import { useRoom } from '../../media/room-context.ts';
import { useMessages } from '../../messages/catalogue.ts';

/** Who is on the other side: verified, once they are in the room; until then, with whom the consultation is booked. */
export function ConsultantName({ booked }: { booked: AppointedConsultant }): JSX.Element {
  const { room } = useMessages();
  const consultant = useRoom().view.consultant?.participant;
  if (consultant !== undefined) {
    return (
      <p className="consultant-name" data-testid="verified-consultant">
        <strong>{room.verifiedConsultant(consultant.name, consultant.site.name)}</strong>
      </p>
    );
  }
  return (
    <p className="consultant-name" data-testid="booked-consultant">
      <strong>{booked.name}</strong>, {booked.hospital.name}
    </p>
  );
}
