import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleAppointment, ConsoleDevice } from '@sallyport/protocol';
import { CheckTag } from '../ui/CheckTag.tsx';
import { DeviceConnection, DeviceStateTag } from '../ui/DeviceState.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { LockButton } from './LockButton.tsx';

interface OpenedStepProps {
  appointment: ConsoleAppointment;
  /** Undefined while control has not said how it is. */
  device: ConsoleDevice | undefined;
  until: number;
  onAgain: () => void;
  onProblem: (words: string | undefined) => void;
}

/** The laptop is open: until when, what its check came to, what it does now, and the way to lock it again. */
export function OpenedStep({ appointment, device, until, onAgain, onProblem }: OpenedStepProps): ReactNode {
  const { t } = useSpeech();
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
      <LaptopCheck appointment={appointment} />
      {device === undefined ? null : (
        <div className="app-card">
          <p>
            {t('open.now')} <DeviceStateTag device={device} /> <DeviceConnection device={device} />
          </p>
          <LockButton device={device} onProblem={onProblem} />
          {device.state === 'inert' ? (
            <Button type="button" small secondary data-testid="open-again" onClick={onAgain}>
              {t('open.openAgain')}
            </Button>
          ) : null}
        </div>
      )}
    </>
  );
}

/** What the laptop found out about itself once it was open, and what to do now. */
function LaptopCheck({ appointment }: { appointment: ConsoleAppointment }) {
  const { t } = useSpeech();
  const verdict = appointment.check?.verdict ?? 'none';
  return (
    <div role="status">
      <p>
        {t('check.name')}: <CheckTag check={appointment.check} />
      </p>
      <p>
        <strong>{t(`open.afterCheck.${verdict}`)}</strong>
      </p>
    </div>
  );
}
