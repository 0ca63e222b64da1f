import { useId, useRef, useState } from 'react';
import type { JSX, KeyboardEvent } from 'react';
import { pairingCode } from '@sallyport/protocol';
import type { RequestRefusal } from '@sallyport/protocol';
import { useInvocation } from '../../bridge/invocation.ts';
import { useMessages } from '../../messages/catalogue.ts';
import { Button } from '../../ui/Button.tsx';
import { Notice } from '../../ui/Notice.tsx';

/** As many as the contract takes: a code with spaces or dashes between its symbols. */
const longest = 16;

/** Where staff type the code that their key console shows. The page's policy knows no forms: Enter is heard here. */
export function StaffCodeField(): JSX.Element {
  const { handover } = useMessages();
  const [typed, setTyped] = useState('');
  const [incomplete, setIncomplete] = useState(false);
  const { run, busy, refusal } = useInvocation('confirm-staff');
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const problem = useProblem(incomplete, refusal);
  const send = () => {
    const code = pairingCode.safeParse(typed);
    setIncomplete(!code.success);
    if (code.success) run({ code: code.data });
    input.current?.focus();
    input.current?.select();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !busy) send();
  };
  return (
    <section className="staff-code">
      <label htmlFor={id}>{handover.code}</label>
      <input
        id={id}
        ref={input}
        value={typed}
        maxLength={longest}
        readOnly={busy}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        aria-describedby={`${id}-hint`}
        aria-invalid={problem !== undefined}
        data-testid="staff-code"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKey}
      />
      <p id={`${id}-hint`}>{handover.hint}</p>
      {problem !== undefined && <Notice words={problem} bad />}
      <Button testId="staff-code-submit" look="main" disabled={busy} onPress={send}>
        {busy ? handover.checking : handover.submit}
      </Button>
    </section>
  );
}

function useProblem(incomplete: boolean, refusal: RequestRefusal | null): string | undefined {
  const { handover, refusals } = useMessages();
  if (incomplete) return handover.incomplete;
  if (refusal === null) return undefined;
  return refusal === 'wrong-code' ? handover.wrong : refusals[refusal];
}
