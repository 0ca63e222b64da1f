import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, InsetText } from 'nhsuk-react-components';
import { MediaVideo } from '../clinic/MediaVideo.tsx';
import type { OwnMedia } from '../clinic/own-media.ts';
import { useSpeech } from '../ui/Language.tsx';
import { DeviceTrial } from './device-trial.ts';
import { ownDevices } from './make-stay.ts';

/** Lets somebody who waits find out whether camera and microphone work, before anybody sees or hears them. */
export function TryDevices(): ReactNode {
  const { t } = useSpeech();
  const { own, busy, begin, end } = useTrial();
  return (
    <section aria-labelledby="guest-devices">
      <h2 id="guest-devices" className="nhsuk-heading-m">
        {t('guest.devices.heading')}
      </h2>
      <p>{t('guest.devices.words')}</p>
      <div role="status">
        {own === undefined ? null : (
          <InsetText data-testid="guest-devices" data-works={own.problem === undefined}>
            <p>{t(own.problem ?? 'guest.devices.works')}</p>
          </InsetText>
        )}
      </div>
      {own?.camera === undefined ? null : (
        <div className="app-guest-own">
          <div className="app-self">
            <MediaVideo
              testId="guest-preview"
              className="app-self__video"
              label={t('room.self')}
              muted
              tracks={[own.camera]}
            />
          </div>
        </div>
      )}
      <Button
        type="button"
        secondary
        data-testid="guest-try-devices"
        aria-disabled={busy}
        onClick={() => {
          if (own !== undefined && own.problem === undefined) end();
          else if (!busy) void begin();
        }}
      >
        {own !== undefined && own.problem === undefined ? t('guest.devices.stop') : t('guest.devices.try')}
      </Button>
    </section>
  );
}

/** Camera and microphone for as long as they are tried, and no longer than the page shows it. */
function useTrial() {
  const [trial] = useState(() => new DeviceTrial(ownDevices()));
  const [own, setOwn] = useState<OwnMedia>();
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    setOwn(await trial.begin());
    setBusy(false);
  };
  const end = () => {
    trial.end();
    setOwn(undefined);
  };
  useEffect(
    () => () => {
      trial.end();
    },
    [trial],
  );
  return { own, busy, begin, end };
}
