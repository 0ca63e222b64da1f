import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, InsetText } from 'nhsuk-react-components';
import { useSpeech } from './Language.tsx';
import { PageHeading } from './PageHeading.tsx';
import { askForPasskey } from './passkeys.ts';
import { useSession } from './Session.tsx';
import { wordsForTrouble } from './trouble.ts';
import { ProblemBox } from './TroubleBox.tsx';

/** The sign-in screen: one button, one passkey. */
export function SignIn({ ended }: { ended: boolean }): ReactNode {
  const { t } = useSpeech();
  const { api, signedIn } = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const signIn = async (): Promise<string | undefined> => {
    const options = await api.call('signInOptions', { body: {} });
    if (!options.ok) return wordsForTrouble(options.trouble, t);
    const passkey = await askForPasskey(options.value);
    if (!passkey.ok) return t(passkey.words);
    const answer = await api.call('signIn', { body: { assertion: passkey.answer } });
    if (!answer.ok) return wordsForTrouble(answer.trouble, t, { 'not-signed-in': 'signIn.refused' });
    signedIn(answer.value.person, answer.value.csrfToken);
    return undefined;
  };

  const start = async () => {
    setBusy(true);
    setProblem(undefined);
    setProblem(await signIn());
    setBusy(false);
  };

  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        <ProblemBox words={problem} />
        {ended ? (
          <InsetText>
            <p>{t('signIn.ended')}</p>
            <p>{t('signIn.resume')}</p>
          </InsetText>
        ) : null}
        <PageHeading words={t('signIn.heading')} />
        <p>{t('signIn.explanation')}</p>
        {'PublicKeyCredential' in window ? (
          <Button type="button" data-testid="sign-in" disabled={busy} onClick={() => void start()}>
            {busy ? t('signIn.busy') : t('signIn.button')}
          </Button>
        ) : (
          <InsetText>
            <p>{t('passkey.notSupported')}</p>
          </InsetText>
        )}
        <p className="nhsuk-hint">{t('signIn.help')}</p>
      </div>
    </div>
  );
}
