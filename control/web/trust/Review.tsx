import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleAnswer, TrustChange } from '@sallyport/protocol';
import type { Result } from '../ui/api.ts';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { goTo } from '../ui/use-view.ts';
import { ApproveAnew, Difference } from './Difference.tsx';

/** What these refusals mean of a proposal. */
const ownWords = {
  clash: 'review.clash',
  'unknown-credential': 'review.unknownPasskey',
} as const;

interface ReviewProps {
  changes: readonly TrustChange[];
  /** Whether it is worth proposing without a change: the list has to be approved anew. */
  mayBeSame?: boolean;
  /** Sends the proposal to control. */
  propose: () => Promise<Result<ConsoleAnswer<'proposeRoster'>>>;
  onBack: () => void;
}

/** What a list that has been written would change, before it is proposed. */
export function Review({ changes, mayBeSame = false, propose, onBack }: ReviewProps): ReactNode {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const send = async () => {
    setBusy(true);
    const answer = await propose();
    setBusy(false);
    setProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t, ownWords));
    if (!answer.ok) return;
    announce(t('review.done'));
    goTo('waiting');
  };
  return (
    <section data-testid="review">
      <ProblemBox words={problem} />
      <h2 ref={heading} tabIndex={-1} className="nhsuk-heading-m">
        {t('difference.heading')}
      </h2>
      <Difference changes={changes} />
      <ApproveAnew changes={changes} />
      <p>{t('review.next')}</p>
      <div className="nhsuk-button-group">
        {changes.length === 0 && !mayBeSame ? null : (
          <Button
            type="button"
            data-testid="propose-now"
            aria-disabled={busy}
            onClick={() => {
              if (!busy) void send();
            }}
          >
            {busy ? t('review.busy') : t('review.propose')}
          </Button>
        )}
        <Button type="button" secondary data-testid="review-back" onClick={onBack}>
          {t('review.back')}
        </Button>
      </div>
    </section>
  );
}
