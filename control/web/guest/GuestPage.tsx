import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useSession } from '../ui/Session.tsx';
import { Shell } from '../ui/Shell.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { Away } from './Away.tsx';
import { CodeForm } from './CodeForm.tsx';
import { Ended } from './Ended.tsx';
import { GuestRoom } from './GuestRoom.tsx';
import type { GuestState } from './guest-stay.ts';
import { makeStay } from './make-stay.ts';
import type { PageStay } from './make-stay.ts';
import { usePageLife } from './use-page-life.ts';
import { Waiting } from './Waiting.tsx';

/** The page of somebody who was invited to a consultation by a link: from its code to the end. */
export function GuestPage({ token }: { token: string | undefined }): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const [stay] = useState(() => makeStay(api, token));
  const state = useSyncExternalStore(stay.subscribe, stay.snapshot);
  useEffect(() => {
    void stay.start();
    return () => {
      stay.pause();
    };
  }, [stay]);
  usePageLife(stay);
  return (
    <Shell name={t('guest.name')}>
      <View key={state.state} stay={stay} state={state} />
    </Shell>
  );
}

interface ViewProps {
  stay: PageStay;
  state: ReturnType<PageStay['snapshot']>;
}

function View({ stay, state }: ViewProps) {
  const { t } = useSpeech();
  switch (state.state) {
    case 'opening':
      return <p aria-busy="true">{t('guest.opening')}</p>;
    case 'noLink':
      return <NoLink />;
    case 'code':
      return <CodeForm stay={stay} problem={state.problem} busy={state.busy} />;
    case 'early':
      return <Early opensAt={state.opensAt} />;
    case 'waiting':
      return <Waiting view={state.view} reachable={state.reachable} />;
    case 'room':
      return <GuestRoom stay={stay} view={state.view} session={state.room} />;
    case 'away':
      return <Away stay={stay} why={state.why} />;
    case 'ended':
      return <Ended reason={state.reason} />;
    case 'trouble':
      return <Unclear stay={stay} trouble={state.trouble} />;
    default:
      return state satisfies never;
  }
}

function NoLink() {
  const { t } = useSpeech();
  return (
    <div data-testid="guest-no-link">
      <PageHeading words={t('guest.noLink.heading')} />
      <p>{t('guest.noLink.words')}</p>
    </div>
  );
}

function Early({ opensAt }: { opensAt: number | undefined }) {
  const { t, language } = useSpeech();
  return (
    <div data-testid="guest-early">
      <PageHeading words={t('guest.early.heading')} />
      <div role="alert">
        <p>
          {opensAt === undefined
            ? t('guest.early.anotherDay')
            : t('guest.early.words', { when: formatMoment(opensAt, language) })}
        </p>
      </div>
      {opensAt === undefined ? null : <p>{t('guest.early.stay')}</p>}
    </div>
  );
}

type Unclear = Extract<GuestState<never>, { state: 'trouble' }>;

function Unclear({ stay, trouble }: Pick<ViewProps, 'stay'> & Pick<Unclear, 'trouble'>) {
  const { t } = useSpeech();
  return (
    <div data-testid="guest-trouble">
      <PageHeading words={t('guest.trouble.heading')} />
      <div role="alert">
        <p>{wordsForTrouble(trouble, t)}</p>
      </div>
      <Button type="button" data-testid="guest-try-again" onClick={() => void stay.start()}>
        {t('page.tryAgain')}
      </Button>
    </div>
  );
}
