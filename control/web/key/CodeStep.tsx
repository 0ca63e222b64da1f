import { useState } from 'react';
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

interface CodeStepProps {
  appointment: ConsoleAppointment;
  onTask: (task: ApprovalTask) => void;
}

/** The person types the pairing code that the laptop in front of them shows. */
export function CodeStep({ appointment, onTask }: CodeStepProps): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const [code, setCode] = useState('');
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [busy, setBusy] = useState(false);
  const fail = (words: string) => {
    setErrors([{ field: 'pairing-code', words }]);
  };
  const check = async () => {
    if (!pairingCode.safeParse(code).success) {
      fail(t('open.badCode'));
      return;
    }
    setBusy(true);
    const answer = await api.call('pair', { body: { appointment: appointment.id, code } });
    setBusy(false);
    if (answer.ok) onTask(answer.value);
    else fail(wordsForTrouble(answer.trouble, t));
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void check();
      }}
    >
      <ErrorSummary errors={errors} />
      <h2 className="nhsuk-heading-m">{t('open.step1')}</h2>
      <TextInput
        {...formField('pairing-code', errors, t)}
        data-testid="pairing-code"
        label={t('open.code')}
        hint={t('open.codeHint', { laptop: appointment.device.name })}
        value={code}
        onChange={(event: { target: { value: string } }) => {
          setCode(event.target.value);
        }}
        width="10"
        code
        maxLength={16}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
      />
      <Button type="submit" data-testid="check-code" aria-disabled={busy}>
        {busy ? t('open.checking') : t('open.check')}
      </Button>
    </form>
  );
}
