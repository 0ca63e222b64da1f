import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, TextInput } from 'nhsuk-react-components';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import type { CodeProblem } from './guest-stay.ts';
import { wordsForCode } from './guest-words.ts';
import type { PageStay } from './make-stay.ts';

interface CodeFormProps {
  stay: PageStay;
  problem: CodeProblem | undefined;
  busy: boolean;
}

const codeField = 'guest-code';

/** Asks for the code that belongs to the link. */
export function CodeForm({ stay, problem, busy }: CodeFormProps): ReactNode {
  const { t } = useSpeech();
  const [code, setCode] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const errors = problem === undefined ? [] : [{ field: codeField, words: wordsForCode(problem, t) }];
  useEffect(() => {
    // After the summary was read: the next code is typed over the wrong one.
    if (problem !== undefined) field.current?.select();
  }, [problem]);
  return (
    <form
      noValidate
      data-testid="guest-door"
      onSubmit={(event) => {
        event.preventDefault();
        void stay.enter(code);
      }}
    >
      <ErrorSummary errors={errors} />
      <PageHeading words={t('guest.code.heading')} />
      <p>{t('guest.code.explanation')}</p>
      <TextInput
        {...formField(codeField, errors, t)}
        ref={field}
        label={t('guest.code.label')}
        hint={t('guest.code.hint')}
        value={code}
        onChange={(event: { target: { value: string } }) => {
          setCode(event.target.value);
        }}
        width="10"
        code
        className="app-code-field"
        readOnly={busy}
        maxLength={16}
        autoComplete="one-time-code"
        autoCapitalize="characters"
        autoCorrect="off"
        spellCheck={false}
      />
      <Button type="submit" data-testid="guest-enter" aria-disabled={busy}>
        {busy ? t('guest.code.checking') : t('guest.code.enter')}
      </Button>
    </form>
  );
}
