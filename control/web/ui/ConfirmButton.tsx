import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { useSpeech } from './Language.tsx';

interface ConfirmButtonProps {
  words: string;
  /** Says which of several, for those who do not see where the button stands. */
  hiddenWords?: string;
  /** What will happen; asked before it does. */
  question: string;
  testId: string;
  onConfirmed: () => Promise<void>;
}

/** A button that says what it will do, and does it only when asked a second time. */
export function ConfirmButton({ words, hiddenWords, question, testId, onConfirmed }: ConfirmButtonProps): ReactNode {
  const { t } = useSpeech();
  const [step, setStep] = useState<'idle' | 'asking' | 'busy'>('idle');
  const opener = useRef<HTMLButtonElement>(null);
  const asked = useRef<HTMLParagraphElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (step === 'asking') asked.current?.focus();
    // What the act has brought about may have taken the focus already.
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (step === 'idle' && wasAsking.current && isFree) opener.current?.focus();
    wasAsking.current = step !== 'idle';
  }, [step]);
  const confirm = async () => {
    setStep('busy');
    await onConfirmed();
    setStep('idle');
  };
  const hidden = hiddenWords === undefined ? null : <span className="nhsuk-u-visually-hidden"> {hiddenWords}</span>;
  if (step === 'idle') {
    return (
      <Button
        ref={opener}
        type="button"
        small
        secondary
        data-testid={testId}
        onClick={() => {
          setStep('asking');
        }}
      >
        {words}
        {hidden}
      </Button>
    );
  }
  return (
    <div className="app-confirm" role="group">
      <p ref={asked} tabIndex={-1}>
        {question}
      </p>
      <div className="nhsuk-button-group">
        <Button
          type="button"
          small
          warning
          disabled={step === 'busy'}
          data-testid={`${testId}-confirm`}
          onClick={() => void confirm()}
        >
          {t('confirm.yes', { what: words })}
          {hidden}
        </Button>
        <Button
          type="button"
          small
          secondary
          data-testid={`${testId}-cancel`}
          onClick={() => {
            setStep('idle');
          }}
        >
          {t('confirm.no')}
        </Button>
      </div>
    </div>
  );
}
