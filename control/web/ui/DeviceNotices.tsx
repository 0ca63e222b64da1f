import type { ReactNode } from 'react';
import type { ConsoleDevice } from '@sallyport/protocol';
import { useSpeech } from './Language.tsx';
import { deviceNotices } from './lease-notice.ts';
import { useNow } from './Session.tsx';

/** What a laptop's people should know in good time: that it is away, what it will do by itself, what it needs. */
export function DeviceNotices({ device }: { device: ConsoleDevice }): ReactNode {
  const { t, language } = useSpeech();
  const now = useNow();
  return deviceNotices(device, now, t, language).map(({ name, weight, words }) => (
    <span key={name} className={`app-notice app-notice--${weight}`} data-testid="device-notice" data-notice={name}>
      {words}
    </span>
  ));
}
