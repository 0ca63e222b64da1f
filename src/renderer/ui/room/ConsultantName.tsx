import type { JSX } from 'react';
import type { AppointedConsultant } from '@sallyport/protocol';
import { useRoom } from '../../media/room-context.ts';
import { useMessages } from '../../messages/catalogue.ts';

/** Who is on the other side: verified, once they are in the room; until then, with whom the consultation is booked. */
export function ConsultantName({ booked }: { booked: AppointedConsultant }): JSX.Element {
  const { room } = useMessages();
  const { consultant } = useRoom().view;
  if (consultant !== undefined) {
    return (
      <p data-testid="verified-consultant">
        <strong>{room.verifiedConsultant(consultant.name, consultant.site.name)}</strong>
      </p>
    );
  }
  return (
    <p data-testid="booked-consultant">
      <strong>{booked.name}</strong>
      <br />
      {booked.hospital.name}
    </p>
  );
}
