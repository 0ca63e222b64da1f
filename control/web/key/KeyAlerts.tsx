import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { addDays, formatMoment, londonDay } from '../ui/london-time.ts';
import { OverdueBanner } from '../ui/OverdueBanner.tsx';
import { useNow } from '../ui/Session.tsx';
import { useDays } from '../ui/use-day.ts';
import { useList } from '../ui/use-list.ts';

const topics = ['devices'] as const;
/** How far back next steps that nobody has acknowledged are looked for, days; control answers for 31 at most. */
const lookedBack = 28;

/** What somebody must look after, on every page: laptops that are missing, next steps nobody has read, a debrief that waits. */
export function KeyAlerts({ view }: { view: string }): ReactNode {
  const today = londonDay(useNow());
  const [devices] = useList('siteDevices', {}, topics, true);
  const [list] = useDays([addDays(today, -lookedBack), today]);
  return (
    <>
      <div role="status">
        <OverdueBanner devices={devices.state === 'loaded' ? devices.value.devices : []} linkTo={() => '#/laptops'} />
      </div>
      {list.state === 'loaded' ? (
        <>
          <WaitingDebriefs appointments={list.value.appointments} view={view} />
          <NewNextSteps appointments={list.value.appointments} view={view} />
        </>
      ) : null}
    </>
  );
}

interface AlertProps {
  appointments: readonly ConsoleAppointment[];
  view: string;
}

/** Pages that show by themselves which debrief waits. */
const showsDebriefs = ['', 'day', 'week', 'open', 'debrief'];

function WaitingDebriefs({ appointments, view }: AlertProps) {
  const { t } = useSpeech();
  const asking = showsDebriefs.includes(view) ? [] : appointments.filter(({ asksForStaff }) => asksForStaff);
  return (
    <div role="status">
      {asking.map((appointment) => (
        <p key={appointment.id} className="app-alarm app-alarm--call app-no-print">
          <a href={`#/debrief/${londonDay(appointment.startsAt)}/${appointment.id}`} data-testid="debrief-waits">
            {t('staffCode.waits', { laptop: appointment.device.name })}
          </a>
        </p>
      ))}
    </div>
  );
}

/** The appointments of next steps that nobody has acknowledged, the oldest first. */
export function unacknowledged(appointments: readonly ConsoleAppointment[]): readonly ConsoleAppointment[] {
  return appointments
    .filter(({ nextSteps }) => nextSteps?.acknowledged === null)
    .toSorted((one, other) => one.startsAt - other.startsAt);
}

function NewNextSteps({ appointments, view }: AlertProps) {
  const { t, language } = useSpeech();
  const waiting = unacknowledged(appointments);
  useArrivals(waiting);
  if (waiting.length === 0 || view === 'steps') return null;
  return (
    <section className="app-alarm app-alarm--call app-no-print" aria-label={t('steps.newHeading')}>
      <h2 className="nhsuk-heading-s">{t('steps.newHeading')}</h2>
      <ul className="nhsuk-list">
        {waiting.map((appointment) => (
          <li key={appointment.id}>
            <a href={`#/steps/${londonDay(appointment.startsAt)}/${appointment.id}`} data-testid="new-next-steps">
              {t('steps.newOf', {
                patient: appointment.patientReference,
                when: formatMoment(appointment.startsAt, language),
              })}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Says it when next steps newly arrive; those that were there when the page was opened stand on it. */
function useArrivals(waiting: readonly ConsoleAppointment[]): void {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const known = useRef<ReadonlySet<string>>(undefined);
  useEffect(() => {
    const before = known.current;
    known.current = new Set(waiting.map(({ id }) => id));
    if (before === undefined) return;
    for (const { id, patientReference } of waiting) {
      if (!before.has(id)) announce(t('steps.newArrived', { patient: patientReference }));
    }
  }, [waiting, announce, t]);
}
