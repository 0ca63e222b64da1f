import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';

interface SmallButtonProps {
  words: string;
  /** Says which of several, for those who do not see where the button stands. */
  hiddenWords?: string;
  testId: string;
  onPress: () => void;
}

/** A small button beside one thing of several. */
export function SmallButton({ words, hiddenWords, testId, onPress }: SmallButtonProps): ReactNode {
  return (
    <Button type="button" small secondary data-testid={testId} onClick={onPress}>
      {words}
      {hiddenWords === undefined ? null : <span className="nhsuk-u-visually-hidden"> {hiddenWords}</span>}
    </Button>
  );
}
