import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Table, Tag } from 'nhsuk-react-components';
import type { SetupView } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { makePasskey } from '../ui/passkeys.ts';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';

export interface FoundingStepProps {
  token: string;
  view: SetupView;
  onView: (view: SetupView) => void;
  onProblem: (words: string | undefined) => void;
}

type FirstPerson = SetupView['people'][number];

/** The first people, each of whom registers a passkey on this computer. */
export function People({ token, view, onView, onProblem }: FoundingStepProps): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const [busy, setBusy] = useState<string>();

  const register = async (person: FirstPerson): Promise<string | undefined> => {
    const options = await api.call('setupRegistrationOptions', { body: { token, person: person.id } });
    if (!options.ok) return wordsForTrouble(options.trouble, t);
    const passkey = await makePasskey(options.value);
    if (!passkey.ok) return t(passkey.words);
    const body = { token, person: person.id, registration: passkey.answer };
    const answer = await api.call('setupRegister', { body });
    if (!answer.ok) return wordsForTrouble(answer.trouble, t);
    onView(answer.value);
    announce(t('setup.registeredNow', { name: person.name }));
    return undefined;
  };
  const start = async (person: FirstPerson) => {
    setBusy(person.id);
    onProblem(undefined);
    onProblem(await register(person));
    setBusy(undefined);
  };

  return (
    <section aria-labelledby="people-heading">
      <h2 id="people-heading" className="nhsuk-heading-m">
        {t('setup.people')}
      </h2>
      <p>{t('setup.peopleExplanation')}</p>
      <Table responsive firstCellIsHeader>
        <Table.Head>
          <Table.Row>
            <Table.Cell>{t('setup.person')}</Table.Cell>
            <Table.Cell>{t('setup.role')}</Table.Cell>
            <Table.Cell>{t('setup.passkey')}</Table.Cell>
          </Table.Row>
        </Table.Head>
        <Table.Body>
          {view.people.map((person) => (
            <Table.Row key={person.id} data-testid="person" data-person={person.name}>
              <Table.Cell>{person.name}</Table.Cell>
              <Table.Cell>
                <span className="app-capital">{t(`role.${person.role}`)}</span>
                {person.site === null ? null : <>, {person.site}</>}
              </Table.Cell>
              <Table.Cell>
                {person.registered ? (
                  <span data-testid="registered">
                    <Tag modifier="green">{t('setup.registered')}</Tag>
                  </span>
                ) : (
                  <Button
                    type="button"
                    small
                    data-testid="register-passkey"
                    disabled={busy !== undefined}
                    onClick={() => void start(person)}
                  >
                    {busy === person.id ? t('setup.registering') : t('setup.register')}
                    <span className="nhsuk-u-visually-hidden"> {t('setup.for', { name: person.name })}</span>
                  </Button>
                )}
              </Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table>
    </section>
  );
}
