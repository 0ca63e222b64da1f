import type { ReactNode } from 'react';
import type { CheckReport } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';

const percent = (share: number) => (share * 100).toFixed(1);
const kilobits = (bits: number) => Math.round(bits / 1000);

/** What a laptop's check found, part by part, for the service desk. */
export function CheckDetails({ report }: { report: CheckReport }): ReactNode {
  const { t } = useSpeech();
  const { camera, microphone, speaker, network } = report;
  return (
    <ul className="nhsuk-list" data-testid="check-details">
      <li>{t(`check.camera.${camera}`)}</li>
      <li>{t(`check.microphone.${microphone}`)}</li>
      <li>{t(`check.speaker.${speaker}`)}</li>
      {network === null ? (
        <li>{t('check.network.none')}</li>
      ) : (
        <li>
          {t('check.network.figures', {
            lossUp: percent(network.lossUp),
            lossDown: percent(network.lossDown),
            jitter: Math.round(network.jitter),
            roundTrip: Math.round(network.roundTrip),
            up: kilobits(network.bitrateUp),
            down: kilobits(network.bitrateDown),
          })}
        </li>
      )}
    </ul>
  );
}
