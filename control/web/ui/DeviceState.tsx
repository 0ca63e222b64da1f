import type { ReactNode } from 'react';
import { Tag } from 'nhsuk-react-components';
import type { ConsoleDevice } from '@sallyport/protocol';
import { useSpeech } from './Language.tsx';
import { formatMoment } from './london-time.ts';

type Colour = 'grey' | 'green' | 'blue' | 'orange' | 'red' | 'white';

const colours: Record<NonNullable<ConsoleDevice['state']>, Colour> = {
  blank: 'white',
  inert: 'grey',
  open: 'green',
  inRoom: 'blue',
  suspended: 'orange',
  wiping: 'red',
  dead: 'red',
};

/** The state a laptop last reported, in words; the colour only repeats them. */
export function DeviceStateTag({ device }: { device: Pick<ConsoleDevice, 'state' | 'shareDestroyedAt'> }): ReactNode {
  const { t } = useSpeech();
  const { state, shareDestroyedAt } = device;
  const bricked = shareDestroyedAt !== null && state !== 'dead' && state !== 'wiping';
  if (bricked) return <StateTag colour="red" name="bricked" words={t('device.bricked')} />;
  if (state === null) return <StateTag colour="white" name="never" words={t('device.never')} />;
  return <StateTag colour={colours[state]} name={state} words={t(`device.${state}`)} />;
}

function StateTag({ colour, name, words }: { colour: Colour; name: string; words: string }) {
  return (
    <span data-testid="device-state" data-state={name}>
      <Tag modifier={colour}>{words}</Tag>
    </span>
  );
}

/** Whether a laptop is connected now, and if not, since when it has not been seen. */
export function DeviceConnection({ device }: { device: Pick<ConsoleDevice, 'connected' | 'lastSeenAt'> }): ReactNode {
  const { t, language } = useSpeech();
  if (device.connected) return <span data-testid="device-connection">{t('device.connected')}</span>;
  if (device.lastSeenAt === null) return <span data-testid="device-connection">{t('device.notSeen')}</span>;
  return (
    <span data-testid="device-connection">
      {t('device.lastSeen', { when: formatMoment(device.lastSeenAt, language) })}
    </span>
  );
}
