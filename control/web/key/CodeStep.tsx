import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, TextInput } from 'nhsuk-react-components';
import { pairingCode } from '@sallyport/protocol';
import type { ApprovalTask, ConsoleAppointment } from '@sallyport/protocol';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import type { Say } from '../ui/wrong-line.ts';

interface CodeStepProps {
  appointment: ConsoleAppointment;
  /** The code was right. Called while the browser still counts the last key as the person's act. */
  onTask: (task: ApprovalTask) => void;
}

/** The person types the pairing code that the laptop in front of them shows; the sixth symbol sends it. */
export function CodeStep({ appointment, onTask }: CodeStepProps): ReactNode {
  const { t } = useSpeech();
  const [code, setCode] = useState('');
  const { wrong, isBusy, check } = usePairing(appointment, onTask);
  const errors: readonly FieldError[] = wrong === undefined ? [] : [{ field: 'pairing-code', words: wrong(t) }];
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  useEffect(() => {
    // After the summary has taken the focus, and was read: the next code is typed over the wrong one.
    if (wrong === undefined) return;
    field.current?.focus();
    field.current?.select();
  }, [wrong]);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void check(code);
      }}
    >
      <ErrorSummary errors={errors} about={wrong} />
      <h2 className="nhsuk-heading-m">{t('open.step1')}</h2>
      <TextInput
        {...formField('pairing-code', errors, t)}
        ref={field}
        data-testid="pairing-code"
        label={t('open.code')}
        hint={t('open.codeHint', { laptop: appointment.device.name })}
        value={code}
        onChange={(event: { target: { value: string } }) => {
          const typed = event.target.value;
          setCode(typed);
          if (pairingCode.safeParse(typed).success) void check(typed);
        }}
        width="10"
        code
        className="app-code-field"
        readOnly={isBusy}
        maxLength={16}
        autoComplete="off"
        autoCapitalize="characters"
        autoCorrect="off"
        spellCheck={false}
      />
      <Button type="submit" secondary data-testid="check-code" aria-disabled={isBusy}>
        {isBusy ? t('open.checking') : t('open.check')}
      </Button>
    </form>
  );
}

/** Has the laptop compare what was typed, one code at a time. */
function usePairing(appointment: ConsoleAppointment, onTask: (task: ApprovalTask) => void) {
  const { api } = useSession();
  const [wrong, setWrong] = useState<Say>();
  const [isBusy, setBusy] = useState(false);
  const fail = (say: Say) => {
    setWrong(() => say);
  };
  const check = async (code: string) => {
    if (isBusy) return;
    if (!pairingCode.safeParse(code).success) {
      fail((t) => t('open.badCode'));
      return;
    }
    setBusy(true);
    setWrong(undefined);
    const answer = await api.call('pair', { body: { appointment: appointment.id, code } });
    setBusy(false);
    if (answer.ok) onTask(answer.value);
    else fail((t) => wordsForTrouble(answer.trouble, t));
  };
  return { wrong, isBusy, check };
}
