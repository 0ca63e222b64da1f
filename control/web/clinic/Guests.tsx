import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleAppointment, ConsoleGuest } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useLettingIn } from './use-letting-in.ts';

interface GuestsProps {
  appointment: ConsoleAppointment;
  onChanged: () => void;
}

/** The people named on an appointment who come by a link: how each stands, and the way in for whoever waits. */
export function Guests({ appointment, onChanged }: GuestsProps): ReactNode {
  const { t } = useSpeech();
  const { guests } = appointment;
  useArrivingGuests(guests);
  if (guests.length === 0) return null;
  return (
    <section aria-labelledby="guests-heading">
      <h2 id="guests-heading" className="nhsuk-heading-m">
        {t('guests.heading')}
      </h2>
      {guests.map((guest) =>
        guest.state === 'waiting' ? (
          <WaitingGuest key={guest.id} appointment={appointment} guest={guest} onChanged={onChanged} />
        ) : (
          <Guest key={guest.id} guest={guest} />
        ),
      )}
    </section>
  );
}

function Guest({ guest }: { guest: ConsoleGuest }) {
  const { t } = useSpeech();
  return (
    <p data-testid="guest" data-guest={guest.id} data-state={guest.state}>
      <strong>
        <bdi>{guest.name}</bdi>
      </strong>
      , {t(`guestKind.${guest.kind}`)}
      <span className="app-detail">{t(`guestState.${guest.state}`)}</span>
    </p>
  );
}

function WaitingGuest({ appointment, guest, onChanged }: GuestsProps & { guest: ConsoleGuest }) {
  const { t } = useSpeech();
  const { isReady, isWaiting, problem, letIn, button } = useLettingIn(appointment, guest, onChanged);
  const hint = `let-in-${guest.id}`;
  return (
    <div className="app-card" data-testid="guest-waiting" data-guest={guest.id}>
      <ProblemBox words={problem} />
      <Guest guest={guest} />
      <p id={hint} className="nhsuk-hint">
        {t('guests.letInHint')}
      </p>
      <Button
        ref={button}
        type="button"
        data-testid="admit-guest"
        data-guest={guest.id}
        aria-disabled={!isReady || isWaiting}
        aria-describedby={hint}
        onClick={letIn}
      >
        {isWaiting ? t('approval.waiting') : t('guests.letIn')}{' '}
        <span className="nhsuk-u-visually-hidden">{guest.name}</span>
      </Button>
    </div>
  );
}

/** Says it when a guest newly waits. */
function useArrivingGuests(guests: readonly ConsoleGuest[]): void {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const known = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const waiting = guests.filter(({ state }) => state === 'waiting');
    for (const { id, name } of waiting) if (!known.current.has(id)) announce(t('guests.waits', { name }));
    known.current = new Set(waiting.map(({ id }) => id));
  }, [guests, announce, t]);
}
