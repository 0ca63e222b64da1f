import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { Manifest, SignedInPerson } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { Invitations } from './Invitations.tsx';
import { everybodyOf } from './manifest-draft.ts';
import { NamedPeople } from './NamedPeople.tsx';
import { RosterStanding } from './RosterStanding.tsx';
import { useRoster } from './use-trust.ts';
import { WaitingNote } from './WaitingNote.tsx';

/** A manager's own site: who is on its list, who was invited, and the ways to the next list. */
export function PeoplePage({ site }: { site: NonNullable<SignedInPerson['site']> }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useRoster(site.id);
  return (
    <>
      <PageHeading words={t('site.people')} caption={site.name} />
      <WaitingNote kinds={['roster']} address="#/waiting" />
      <LoadedList list={list} onRetry={read}>
        {({ roster, isLapsed }) => (
          <>
            <p>
              <RosterStanding roster={roster} isLapsed={isLapsed} />
            </p>
            <NamedPeople people={roster?.people ?? []} />
            <Ways to="next-list" words={t('nextList.heading')} />
            <Invitations inForce={(roster?.people ?? []).flatMap(({ credentials }) => credentials)} />
          </>
        )}
      </LoadedList>
    </>
  );
}

/** Those whom the trustees invited. */
export function InvitationsPage({ manifest }: { manifest: Manifest }): ReactNode {
  const { t } = useSpeech();
  return (
    <>
      <PageHeading words={t('trust.invitations')} />
      <Ways to="change" words={t('change.heading')} />
      <Invitations inForce={everybodyOf(manifest).flatMap(({ credentials }) => credentials)} />
    </>
  );
}

function Ways({ to, words }: { to: string; words: string }) {
  const { t } = useSpeech();
  return (
    <div className="nhsuk-button-group">
      <Button as="a" href="#/invite" secondary data-testid="invite">
        {t('invite.heading')}
      </Button>
      <Button as="a" href={`#/${to}`} data-testid="propose">
        {words}
      </Button>
    </div>
  );
}
