import type { JSX } from 'react';
import { useInvocation } from '../../bridge/invocation.ts';
import { useMessages } from '../../messages/catalogue.ts';
import { Button } from '../../ui/Button.tsx';
import { Heading } from '../../ui/Heading.tsx';
import './name-check.css';

interface NameCheckProps {
  /** The appointment's. */
  name: string;
  /** Staff at this laptop have ticked it, and the consultant has not yet. */
  isDone: boolean;
}

/** The patient says their name aloud; staff at the laptop say whether it is the right one. */
export function NameCheck({ name, isDone }: NameCheckProps): JSX.Element {
  const messages = useMessages();
  const { consult } = messages;
  const { run, busy, refusal } = useInvocation('check-name');
  return (
    <header className="stage-banner name-check" data-testid="name-check">
      <Heading>{consult.sayName}</Heading>
      {isDone ? (
        <p role="status">{consult.nameDone}</p>
      ) : (
        <div className="name-check-staff">
          <div>
            <p>
              <strong>{consult.staffName(name)}</strong>
            </p>
            <p role={refusal === null ? undefined : 'alert'}>
              {refusal === null ? consult.nameWrong : messages.refusals[refusal]}
            </p>
          </div>
          <Button testId="name-correct" look="main" disabled={busy} onPress={() => run({})}>
            {consult.nameCorrect}
          </Button>
        </div>
      )}
    </header>
  );
}
