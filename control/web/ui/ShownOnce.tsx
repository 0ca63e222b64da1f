import type { ReactNode } from 'react';
import { Button, InsetText } from 'nhsuk-react-components';
import { useAnnounce } from './Announcer.tsx';
import { useSpeech } from './Language.tsx';
import { PageHeading } from './PageHeading.tsx';

interface ShownOnceProps {
  heading: string;
  /** That it is shown this once, and until when it works. */
  once: string;
  secret: string;
  /** What to do with it. */
  use: string;
  testId: string;
  onDone: () => void;
  /** More that can be done with it, beside copying. */
  children?: ReactNode;
}

/** Something secret that control answers once: to be copied or carried away now. */
export function ShownOnce({ heading, once, secret, use, testId, onDone, children }: ShownOnceProps): ReactNode {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      announce(t('once.copied'));
    } catch {
      announce(t('once.notCopied'));
    }
  };
  return (
    <>
      <PageHeading words={heading} />
      <InsetText>
        <p>{once}</p>
      </InsetText>
      <p className="app-ticket" data-testid={testId}>
        {secret}
      </p>
      <p>{use}</p>
      <div className="nhsuk-button-group app-no-print">
        <Button type="button" data-testid={`${testId}-copy`} onClick={() => void copy()}>
          {t('once.copy')}
        </Button>
        {children}
        <Button type="button" secondary data-testid={`${testId}-done`} onClick={onDone}>
          {t('once.done')}
        </Button>
      </div>
    </>
  );
}
