import type { ReactNode } from 'react';
import { useAnnounce } from './Announcer.tsx';
import { useSpeech } from './Language.tsx';
import { SmallButton } from './SmallButton.tsx';

interface CopyButtonProps {
  text: string;
  words: string;
  testId: string;
}

/** Copies a text, and says whether it could. */
export function CopyButton({ text, words, testId }: CopyButtonProps): ReactNode {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      announce(t('once.copied'));
    } catch {
      announce(t('once.notCopied'));
    }
  };
  return <SmallButton words={words} testId={testId} onPress={() => void copy()} />;
}
