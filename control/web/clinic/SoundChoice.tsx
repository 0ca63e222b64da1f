import { useState } from 'react';
import type { ReactNode } from 'react';
import { Checkboxes } from 'nhsuk-react-components';
import { useSpeech } from '../ui/Language.tsx';
import type { ArrivalSound } from './arrival-sound.ts';

/** Whether a sound is made when somebody comes to wait; ticking it lets it be heard. */
export function SoundChoice({ sound }: { sound: ArrivalSound }): ReactNode {
  const { t } = useSpeech();
  const [wanted, setWanted] = useState(sound.wanted);
  return (
    <Checkboxes id="arrival-sound" name="arrival-sound" idPrefix="arrival-sound" small>
      <Checkboxes.Item
        id="arrival-sound"
        value="on"
        checked={wanted}
        data-testid="arrival-sound"
        onChange={(event: { target: { checked: boolean } }) => {
          setWanted(event.target.checked);
          sound.want(event.target.checked);
        }}
      >
        {t('clinic.sound')}
      </Checkboxes.Item>
    </Checkboxes>
  );
}
