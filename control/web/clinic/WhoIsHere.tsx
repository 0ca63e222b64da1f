import type { ReactNode } from 'react';
import type { Participant } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import type { Translate } from '../ui/messages/catalogue.ts';
import { guestsOf, laptopOf } from './room-state.ts';
import type { InRoom } from './room-state.ts';
import { wordsForPresent } from './waiting-words.ts';

/** Who is on the other side: by the name and role that people approved, and as staff recorded who is with the patient. */
export function WhoIsHere({ room }: { room: InRoom }): ReactNode {
  const { t } = useSpeech();
  const laptop = laptopOf(room);
  return (
    <section aria-labelledby="who-is-here" className="app-who">
      <h3 id="who-is-here" className="nhsuk-heading-s">
        {t('room.whoIsHere')}
      </h3>
      <ul className="nhsuk-list nhsuk-list--bullet" data-testid="participants">
        {laptop === undefined ? null : (
          <li data-testid="verified-laptop">
            {wordsForLaptop(laptop, room, t)} {t('room.verified')}
          </li>
        )}
        {room.phase === 'debrief' || room.progress.present === null ? null : (
          <li data-testid="with-patient">
            {t('room.withPatient', { who: wordsForPresent(room.progress.present, t) })}
          </li>
        )}
        {guestsOf(room).map((guest) => (
          <li key={guest.id} data-testid="verified-guest" data-guest={guest.id}>
            {wordsForGuest(guest, room, t)} {t('room.verified')}
          </li>
        ))}
      </ul>
    </section>
  );
}

function wordsForLaptop(laptop: Participant, { vouchers }: InRoom, t: Translate): string {
  const person = vouchers.get(laptop.id) ?? '';
  return t('room.verifiedLaptop', { laptop: laptop.name, prison: laptop.site.name, person });
}

function wordsForGuest({ id, kind, name }: Participant, { vouchers }: InRoom, t: Translate): string {
  const role = kind === 'interpreter' ? t('guestKind.interpreter') : t('guestKind.clinician');
  return t('room.verifiedGuest', { name, role, person: vouchers.get(id) ?? '' });
}
