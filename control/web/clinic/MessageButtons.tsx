import type { ReactNode } from 'react';
import { waitingMessage } from '@sallyport/protocol';
import type { WaitingMessage } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatTime } from '../ui/london-time.ts';
import { GatedButton } from './GatedButton.tsx';
import type { RoomSession } from './room-session.ts';
import type { SentMessage } from './room-state.ts';
import type { Ask } from './use-ask.ts';

interface MessageButtonsProps {
  session: RoomSession;
  /** What was told last. */
  sent: SentMessage | undefined;
  ask: Ask;
}

/** Tells whoever waits how long it takes; the laptop shows the words in its own language. */
export function MessageButtons({ session, sent, ask }: MessageButtonsProps): ReactNode {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const tell = async (message: WaitingMessage) => {
    if (await ask(session.tell(message))) announce(t('message.sentNow', { words: t(`message.${message}`) }));
  };
  return (
    <fieldset className="nhsuk-fieldset app-messages">
      <legend className="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{t('message.heading')}</legend>
      <div className="app-actions">
        {waitingMessage.options.map((message) => (
          <GatedButton
            key={message}
            words={t(`message.${message}`)}
            testId={`message-${message}`}
            onPress={() => tell(message)}
          />
        ))}
      </div>
      <p className="app-messages__sent" data-testid="message-sent" data-message={sent?.message}>
        {sent === undefined
          ? t('message.none')
          : t('message.sent', { words: t(`message.${sent.message}`), time: formatTime(sent.at) })}
      </p>
    </fieldset>
  );
}
