import type { ReactNode } from 'react';
import type { ConsoleDevice } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';

interface LockButtonProps {
  device: ConsoleDevice;
  onProblem: (words: string | undefined) => void;
}

/** Locks an open laptop from afar; nothing for one that is not open. */
export function LockButton({ device, onProblem }: LockButtonProps): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  if (device.state !== 'open' && device.state !== 'inRoom') return null;
  const lock = async () => {
    const answer = await api.call('lockDevice', { params: { id: device.id }, body: {} });
    onProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t));
    if (answer.ok) announce(t('key.locked', { laptop: device.name }));
  };
  return (
    <ConfirmButton
      words={t('key.lock')}
      hiddenWords={device.name}
      question={device.state === 'inRoom' ? t('key.lockRoomQuestion') : t('key.lockQuestion')}
      testId="lock"
      onConfirmed={lock}
    />
  );
}
