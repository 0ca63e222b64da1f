import { useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, SummaryList } from 'nhsuk-react-components';
import type { ConsoleAnswer, Credential } from '@sallyport/protocol';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { makePasskey } from '../ui/passkeys.ts';
import { useSession } from '../ui/Session.tsx';
import { Shell } from '../ui/Shell.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import type { Loaded } from '../ui/use-list.ts';
import { RegisteredCode } from './RegisteredCode.tsx';

type View = ConsoleAnswer<'invitationView'>;

/** Where somebody invited makes their passkey, and reads its code to whoever invited them. */
export function InvitationPage({ token }: { token: string | undefined }): ReactNode {
  const { t } = useSpeech();
  return (
    <Shell name={t('invitation.name')}>
      {token === undefined ? (
        <>
          <PageHeading words={t('invitation.heading')} />
          <p data-testid="no-token">{t('invitation.noToken')}</p>
        </>
      ) : (
        <Invited token={token} />
      )}
    </Shell>
  );
}

function Invited({ token }: { token: string }) {
  const { t } = useSpeech();
  const { api } = useSession();
  const [loaded, setLoaded] = useState<Loaded<View>>({ state: 'loading' });
  const [passkey, setPasskey] = useState<Credential>();
  const read = useCallback(() => {
    void api.call('invitationView', { body: { token } }).then((answer) => {
      setLoaded(
        answer.ok
          ? { state: 'loaded', value: answer.value, trouble: undefined }
          : { state: 'failed', trouble: answer.trouble },
      );
    });
  }, [api, token]);
  useEffect(read, [read]);
  if (loaded.state === 'failed' && loaded.trouble.reason === 'not-found') {
    return (
      <>
        <PageHeading words={t('invitation.heading')} />
        <p data-testid="invitation-over">{t('invitation.over')}</p>
      </>
    );
  }
  if (passkey !== undefined && loaded.state === 'loaded') {
    return <RegisteredCode view={loaded.value} passkey={passkey} />;
  }
  return (
    <LoadedList list={loaded} onRetry={read}>
      {(view) => <Register token={token} view={view} onRegistered={setPasskey} />}
    </LoadedList>
  );
}

interface RegisterProps {
  token: string;
  view: View;
  onRegistered: (passkey: Credential) => void;
}

function Register({ token, view, onRegistered }: RegisterProps) {
  const { t, language } = useSpeech();
  const { api } = useSession();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const register = async (): Promise<string | undefined> => {
    const options = await api.call('invitationRegistrationOptions', { body: { token } });
    if (!options.ok) return wordsForTrouble(options.trouble, t, { 'not-found': 'invitation.over' });
    const made = await makePasskey(options.value);
    if (!made.ok) return t(made.words);
    const answer = await api.call('invitationRegister', { body: { token, registration: made.answer } });
    if (!answer.ok) return wordsForTrouble(answer.trouble, t, { 'not-found': 'invitation.over' });
    onRegistered(answer.value.passkey);
    return undefined;
  };
  const start = async () => {
    setBusy(true);
    setProblem(undefined);
    setProblem(await register());
    setBusy(false);
  };
  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        <ProblemBox words={problem} />
        <PageHeading words={t('invitation.for', { name: view.name })} />
        <SummaryList>
          <Fact name={t('setup.role')}>
            <span className="app-capital">{t(`role.${view.role}`)}</span>
          </Fact>
          {view.site === null ? null : <Fact name={t('fleet.site')}>{view.site.name}</Fact>}
          <Fact name={t('invitation.until')}>{formatMoment(view.expiresAt, language)}</Fact>
        </SummaryList>
        <p>{t('invitation.notYou', { name: view.name })}</p>
        <p>{t('invitation.explanation')}</p>
        <Button
          type="button"
          data-testid="register-invited"
          aria-disabled={busy}
          onClick={() => {
            if (!busy) void start();
          }}
        >
          {busy ? t('setup.registering') : t('setup.register')}
        </Button>
      </div>
    </div>
  );
}
