import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { formatPairingCode } from '@sallyport/protocol';
import type { ConsoleAnswer, ConsoleAppointment, ConsoleGuest } from '@sallyport/protocol';
import { isLive, standingOf } from '../ui/appointments.ts';
import { BigCode } from '../ui/BigCode.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { useNow, useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';

interface GuestInvitesProps {
  appointment: ConsoleAppointment;
  onChanged: () => void;
}

/** The people named on an appointment who come by a link: how each stands, and their link and code. */
export function GuestInvites({ appointment, onChanged }: GuestInvitesProps): ReactNode {
  const { t } = useSpeech();
  const now = useNow();
  const { guests } = appointment;
  if (guests.length === 0) return null;
  const live = isLive(standingOf(appointment, now));
  return (
    <section>
      <h2 className="nhsuk-heading-m">{t('key.guests')}</h2>
      {guests.map((guest) => (
        <Guest key={guest.id} appointment={appointment.id} guest={guest} live={live} onChanged={onChanged} />
      ))}
    </section>
  );
}

type Invited = ConsoleAnswer<'inviteGuest'>;

interface GuestProps {
  /** The appointment's id. */
  appointment: string;
  guest: ConsoleGuest;
  live: boolean;
  onChanged: () => void;
}

function Guest({ appointment, guest, live, onChanged }: GuestProps) {
  const { t } = useSpeech();
  const { api } = useSession();
  const [invited, setInvited] = useState<Invited>();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const { kind, name, state } = guest;
  const invite = async () => {
    setBusy(true);
    const answer = await api.call('inviteGuest', { params: { id: appointment, guest: guest.id }, body: {} });
    setBusy(false);
    setInvited(answer.ok ? answer.value : undefined);
    setProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t));
    onChanged();
  };
  return (
    <div className="app-card" data-testid="guest" data-guest={guest.id} data-state={state}>
      <ProblemBox words={problem} />
      <p>
        <strong>{t(`guestKind.${kind}`)}:</strong> <bdi>{name}</bdi>
        <span className="app-detail" role="status">
          {t(`guestState.${state}`)}
        </span>
      </p>
      {invited === undefined || state === 'admitted' ? null : <Invitation name={name} invited={invited} />}
      {live && state !== 'admitted' ? (
        <>
          <button
            type="button"
            className="nhsuk-button nhsuk-button--secondary nhsuk-button--small"
            aria-disabled={isBusy}
            data-testid="invite-guest"
            data-guest={guest.id}
            onClick={() => {
              if (!isBusy) void invite();
            }}
          >
            {state === 'named' ? t('key.guest.invite') : t('key.guest.inviteAgain')}{' '}
            <span className="nhsuk-u-visually-hidden">{name}</span>
          </button>
          {state === 'named' ? null : <p className="nhsuk-hint">{t('key.guest.voids')}</p>}
        </>
      ) : null}
    </div>
  );
}

/** Link and code, shown this once. */
function Invitation({ name, invited }: { name: string; invited: Invited }) {
  const { t, language } = useSpeech();
  const box = useRef<HTMLDivElement>(null);
  const { link, code, expiresAt } = invited;
  useEffect(() => {
    box.current?.focus();
  }, [code]);
  return (
    <div className="app-invitation" tabIndex={-1} ref={box} role="group" aria-label={t('key.guest.heading', { name })}>
      <p>{t('key.guest.once', { when: formatMoment(expiresAt, language) })}</p>
      <h3 className="nhsuk-heading-s">{t('key.guest.linkHeading')}</h3>
      <p>{t('key.guest.linkWords', { name })}</p>
      <p className="app-link-text" data-testid="guest-link">
        {link}
      </p>
      <CopyButton text={link} words={t('key.guest.copyLink')} testId="guest-link-copy" />
      <h3 className="nhsuk-heading-s">{t('key.guest.codeHeading')}</h3>
      <p>{t('key.guest.codeWords', { name })}</p>
      <p>
        <BigCode code={formatPairingCode(code)} testId="guest-code" />
      </p>
      <CopyButton text={code} words={t('key.guest.copyCode')} testId="guest-code-copy" />
      <p>{t('key.guest.then', { name })}</p>
    </div>
  );
}
