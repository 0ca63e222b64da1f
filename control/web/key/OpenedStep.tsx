import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { DeviceConnection, DeviceStateTag } from '../ui/DeviceState.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { useList } from '../ui/use-list.ts';
import { LockButton } from './LockButton.tsx';

interface OpenedStepProps {
  appointment: ConsoleAppointment;
  until: number;
  onProblem: (words: string | undefined) => void;
}

const topics = ['devices'] as const;

/** The laptop is open: until when, what it does now, and the way to lock it again. */
export function OpenedStep({ appointment, until, onProblem }: OpenedStepProps): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('siteDevices', {}, topics);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    panel.current?.focus();
  }, []);
  return (
    <>
      <div className="nhsuk-panel" ref={panel} tabIndex={-1} data-testid="opened">
        <h2 className="nhsuk-panel__title">{t('open.done', { laptop: appointment.device.name })}</h2>
        <div className="nhsuk-panel__body">{t('open.until', { time: formatTime(until) })}</div>
      </div>
      <p>{t('open.carry')}</p>
      <LoadedList list={list} onRetry={read}>
        {({ devices }) => {
          const device = devices.find((each) => each.id === appointment.device.id);
          if (device === undefined) return null;
          return (
            <div className="app-card">
              <p>
                {t('open.now')} <DeviceStateTag device={device} /> <DeviceConnection device={device} />
              </p>
              <LockButton device={device} onProblem={onProblem} />
            </div>
          );
        }}
      </LoadedList>
    </>
  );
}
