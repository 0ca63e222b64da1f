import type { ReactNode } from 'react';
import { Tag } from 'nhsuk-react-components';
import type { Standing } from './appointments.ts';
import { wordsForStanding } from './appointments.ts';
import { useSpeech } from './Language.tsx';

const colours = {
  cancelled: 'white',
  booked: 'grey',
  arrived: 'yellow',
  consult: 'blue',
  debrief: 'purple',
  ended: 'green',
  over: 'white',
} as const satisfies Record<Standing['name'], string>;

/** Where an appointment stands, in words; the colour only repeats them. */
export function StandingTag({ standing }: { standing: Standing }): ReactNode {
  const { t } = useSpeech();
  return (
    <span data-testid="standing" data-standing={standing.name}>
      <Tag modifier={colours[standing.name]}>{wordsForStanding(standing, t)}</Tag>
    </span>
  );
}
