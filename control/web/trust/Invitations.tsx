import { useState } from 'react';
import type { ReactNode } from 'react';
import { Table } from 'nhsuk-react-components';
import type { Credential, Invitation } from '@sallyport/protocol';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { DoneBox } from '../ui/DoneBox.tsx';
import { KeyCode } from '../ui/KeyCode.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { useNow, useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { standingOfInvitation } from './invitation-standing.ts';
import { useInvitations } from './use-invitations.ts';

interface InvitationsProps {
  /** The passkeys that are in force already. */
  inForce: readonly Credential[];
}

/** Those who were invited: who has yet to make a passkey, and whose code is to be compared. */
export function Invitations({ inForce }: InvitationsProps): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useInvitations();
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  return (
    <section aria-labelledby="invited-heading">
      <ProblemBox words={problem} />
      <DoneBox words={problem === undefined ? done : undefined} />
      <h2 id="invited-heading" className="nhsuk-heading-m">
        {t('invitations.heading')}
      </h2>
      <LoadedList list={list} onRetry={read}>
        {(invitations) =>
          invitations.length === 0 ? (
            <p data-testid="no-invitations">{t('invitations.none')}</p>
          ) : (
            <InvitationTable
              invitations={invitations}
              inForce={inForce}
              onProblem={setProblem}
              onDone={(words) => {
                setDone(words);
                read();
              }}
            />
          )
        }
      </LoadedList>
    </section>
  );
}

interface InvitationTableProps extends InvitationsProps {
  invitations: readonly Invitation[];
  onDone: (words: string) => void;
  onProblem: (words: string | undefined) => void;
}

function InvitationTable({ invitations, inForce, onDone, onProblem }: InvitationTableProps) {
  const { t } = useSpeech();
  const now = useNow();
  return (
    <Table responsive firstCellIsHeader>
      <Table.Head>
        <Table.Row>
          <Table.Cell>{t('people.name')}</Table.Cell>
          <Table.Cell>{t('setup.role')}</Table.Cell>
          <Table.Cell>{t('appointment.state')}</Table.Cell>
          <Table.Cell>{t('key.actions')}</Table.Cell>
        </Table.Row>
      </Table.Head>
      <Table.Body>
        {invitations.map((invitation) => {
          const standing = standingOfInvitation(invitation, inForce, now);
          return (
            <Table.Row
              key={invitation.id}
              data-testid="invitation"
              data-person={invitation.person.name}
              data-standing={standing}
            >
              <Table.Cell>{invitation.person.name}</Table.Cell>
              <Table.Cell>
                <span className="app-capital">{t(`role.${invitation.role}`)}</span>
                {invitation.site === null ? null : <>, {invitation.site.name}</>}
              </Table.Cell>
              <Table.Cell>
                <Standing invitation={invitation} standing={standing} />
              </Table.Cell>
              <Table.Cell>
                {standing === 'inForce' ? null : (
                  <CancelButton invitation={invitation} onDone={onDone} onProblem={onProblem} />
                )}
              </Table.Cell>
            </Table.Row>
          );
        })}
      </Table.Body>
    </Table>
  );
}

interface StandingProps {
  invitation: Invitation;
  standing: ReturnType<typeof standingOfInvitation>;
}

function Standing({ invitation, standing }: StandingProps) {
  const { t, language } = useSpeech();
  const { passkey, person } = invitation;
  const when = formatMoment(invitation.expiresAt, language);
  switch (standing) {
    case 'waiting':
      return <>{t('invitations.waiting', { when })}</>;
    case 'expired':
      return <>{t('invitations.expired', { when })}</>;
    case 'inForce':
      return <>{t('invitations.inForce')}</>;
    case 'registered':
      return (
        <>
          {t('people.compare', { name: person.name })} {passkey === null ? null : <KeyCode passkey={passkey} />}
        </>
      );
    default:
      return standing satisfies never;
  }
}

function CancelButton({
  invitation,
  onDone,
  onProblem,
}: Omit<InvitationTableProps, 'inForce' | 'invitations'> & { invitation: Invitation }) {
  const { t } = useSpeech();
  const { api } = useSession();
  const { name } = invitation.person;
  const cancel = async () => {
    const answer = await api.call('cancelInvitation', { params: { id: invitation.id }, body: {} });
    onProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t));
    if (answer.ok) onDone(t('invitations.cancelled', { name }));
  };
  return (
    <ConfirmButton
      words={t('invitations.cancel')}
      hiddenWords={name}
      question={t('invitations.cancelQuestion', { name })}
      testId="cancel-invitation"
      onConfirmed={cancel}
    />
  );
}
