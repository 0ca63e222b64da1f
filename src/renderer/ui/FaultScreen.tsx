import type { JSX } from 'react';
import { useMessages } from '../messages/catalogue.ts';
import { Button } from './Button.tsx';
import { WordsScreen } from './WordsScreen.tsx';

/** Something in the page itself went wrong. Without `onAgain` only a restart helps. */
export function FaultScreen({ onAgain }: { onAgain?: () => void }): JSX.Element {
  const { fault } = useMessages();
  const again = onAgain && (
    <Button testId="again" look="main" onPress={onAgain}>
      {fault.again}
    </Button>
  );
  return <WordsScreen name="fault" heading={fault.heading} sentences={[fault.body, fault.more]} actions={again} />;
}
