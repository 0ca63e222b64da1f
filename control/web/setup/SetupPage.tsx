import { useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { SetupView } from '@sallyport/protocol';
import type { Trouble } from '../ui/api.ts';
import { useSpeech } from '../ui/Language.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useSession } from '../ui/Session.tsx';
import { Shell } from '../ui/Shell.tsx';
import { ListTrouble, ProblemBox } from '../ui/TroubleBox.tsx';
import { Documents } from './Documents.tsx';
import { Finished } from './Finished.tsx';
import { People } from './People.tsx';

type Loading = { state: 'loading' } | { state: 'failed'; trouble: Trouble } | { state: 'loaded'; view: SetupView };

/** The founding page: passkeys for the first people, then their approvals of the first documents. */
export function SetupPage({ token }: { token: string | undefined }): ReactNode {
  const { t } = useSpeech();
  return (
    <Shell name={t('setup.name')}>
      <PageHeading words={t('setup.heading')} />
      {token === undefined ? <p data-testid="no-token">{t('setup.noToken')}</p> : <Founding token={token} />}
    </Shell>
  );
}

function Founding({ token }: { token: string }) {
  const { t } = useSpeech();
  const { api } = useSession();
  const [loading, setLoading] = useState<Loading>({ state: 'loading' });
  const [problem, setProblem] = useState<string>();
  const read = useCallback(() => {
    void api.call('setupView', { body: { token } }).then((answer) => {
      setLoading(answer.ok ? { state: 'loaded', view: answer.value } : { state: 'failed', trouble: answer.trouble });
    });
  }, [api, token]);
  useEffect(read, [read]);

  if (loading.state === 'loading') return <p aria-busy="true">{t('page.loading')}</p>;
  if (loading.state === 'failed') return <ListTrouble trouble={loading.trouble} onRetry={read} />;
  const { view } = loading;
  const onView = (next: SetupView) => {
    setLoading({ state: 'loaded', view: next });
  };
  if (view.finished) return <Finished />;
  return (
    <>
      <ProblemBox words={problem} />
      <p>{t('setup.explanation')}</p>
      <People token={token} view={view} onView={onView} onProblem={setProblem} />
      <Documents token={token} view={view} onView={onView} onProblem={setProblem} />
    </>
  );
}
