import type { ReactNode } from 'react';
import { Button, InsetText } from 'nhsuk-react-components';
import { useSpeech } from '../ui/Language.tsx';

/** Says that a form shows what was typed into it before, and offers an empty one. */
export function KeptNote({ words, onAfresh }: { words: string; onAfresh: () => void }): ReactNode {
  const { t } = useSpeech();
  return (
    <InsetText data-testid="draft-kept">
      <p>{t('draft.kept')}</p>
      <Button type="button" small secondary data-testid="start-afresh" onClick={onAfresh}>
        {words}
      </Button>
    </InsetText>
  );
}
