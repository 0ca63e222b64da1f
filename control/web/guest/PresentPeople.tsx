import type { ReactNode } from 'react';
import type { InRoom } from '../clinic/room-state.ts';
import { useSpeech } from '../ui/Language.tsx';
import { wordsForPerson } from './guest-words.ts';

/** Who is here, each by the name and role that people approved. */
export function PresentPeople({ room }: { room: InRoom }): ReactNode {
  const { t } = useSpeech();
  if (room.participants.length === 0) return null;
  return (
    <section aria-labelledby="guest-who">
      <h2 id="guest-who" className="nhsuk-heading-s">
        {t('guest.room.whoIsHere')}
      </h2>
      <ul className="nhsuk-list nhsuk-list--bullet" data-testid="participants">
        {room.participants.map((person) => (
          <li key={person.id} data-testid="verified-person" data-kind={person.kind}>
            {wordsForPerson(person, room.vouchers, t)} {t('room.verified')}
          </li>
        ))}
      </ul>
    </section>
  );
}
