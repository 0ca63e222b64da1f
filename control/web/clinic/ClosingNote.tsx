import type { ReactNode } from 'react';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import type { Closing } from './closing.ts';
import { GatedButton } from './GatedButton.tsx';

interface ClosingNoteProps {
  closing: Closing;
  /** Whether it can be let close later from here. */
  extendable: boolean;
  onExtend: () => Promise<boolean>;
}

/** When the room closes by itself, and the one way to let it close later: quiet at first, plain in the last minutes. */
export function ClosingNote({ closing, extendable, onExtend }: ClosingNoteProps): ReactNode {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const { soon, minutesLeft, laterAt } = closing;
  const time = formatTime(closing.closesAt);
  const words = soon ? t('closing.soon', { time }) : t('closing.at', { time });
  const extend = async () => {
    if (laterAt !== undefined && (await onExtend())) announce(t('closing.extendedNow', { time: formatTime(laterAt) }));
  };
  const left = minutesLeft === 1 ? t('closing.leftOne') : t('closing.left', { minutes: minutesLeft });
  return (
    <div className={soon ? 'app-closing app-closing--soon' : 'app-closing'} data-testid="closing" data-soon={soon}>
      <p data-testid={soon ? 'closing-soon' : 'closing-at'}>
        <strong>{words}</strong> {soon ? left : null} {laterAt === undefined ? t('closing.extended') : null}
      </p>
      {soon ? <p>{t('closing.then')}</p> : null}
      {laterAt !== undefined && extendable ? (
        <GatedButton words={t('closing.extend', { time: formatTime(laterAt) })} testId="extend" onPress={extend} />
      ) : null}
    </div>
  );
}
