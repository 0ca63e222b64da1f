import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Select, TextInput } from 'nhsuk-react-components';
import type { ConsoleAnswer, Manifest, SignedInPerson } from '@sallyport/protocol';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useSession } from '../ui/Session.tsx';
import { ShownOnce } from '../ui/ShownOnce.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { goTo } from '../ui/use-view.ts';
import { checkInvite, invitableRoles, namedInManifest, namedInRoster } from './invite-draft.ts';
import type { InviteDraft, NamedInRole } from './invite-draft.ts';
import { useRoster } from './use-trust.ts';

interface InvitePageProps {
  manifest: Manifest;
  person: SignedInPerson;
}

type Invited = ConsoleAnswer<'invite'>;

/** Invites somebody to make a passkey: a new person, or one who needs a new passkey. The link is shown once. */
export function InvitePage({ manifest, person }: InvitePageProps): ReactNode {
  const { t, language } = useSpeech();
  const [invited, setInvited] = useState<Invited>();
  if (invited !== undefined) {
    const { name } = invited.invitation.person;
    return (
      <ShownOnce
        heading={t('invite.done', { name })}
        once={t('invite.once', { when: formatMoment(invited.invitation.expiresAt, language) })}
        secret={invited.link}
        use={t('invite.use', { name })}
        testId="invite-link"
        onDone={() => {
          goTo(person.role === 'manager' ? 'people' : 'invitations');
        }}
      />
    );
  }
  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        {person.role === 'manager' && person.site !== null ? (
          <InviteToRoster person={person} site={person.site.id} onInvited={setInvited} />
        ) : (
          <InviteForm person={person} named={namedInManifest(manifest)} sites={manifest.sites} onInvited={setInvited} />
        )}
      </div>
    </div>
  );
}

interface InviteToRosterProps {
  person: SignedInPerson;
  site: string;
  onInvited: (invited: Invited) => void;
}

function InviteToRoster({ person, site, onInvited }: InviteToRosterProps) {
  const [list, read] = useRoster(site);
  const [role = 'healthcare'] = invitableRoles(person);
  return (
    <LoadedList list={list} onRetry={read}>
      {({ roster }) => (
        <InviteForm person={person} named={namedInRoster(roster, role)} sites={[]} onInvited={onInvited} />
      )}
    </LoadedList>
  );
}

interface InviteFormProps {
  person: SignedInPerson;
  named: readonly NamedInRole[];
  /** The sites a manager may be invited for. */
  sites: Manifest['sites'];
  onInvited: (invited: Invited) => void;
}

function InviteForm({ person, named, sites, onInvited }: InviteFormProps) {
  const { t } = useSpeech();
  const { api } = useSession();
  const roles = invitableRoles(person);
  const [onlyRole = ''] = roles.length === 1 ? roles : [];
  const [draft, setDraft] = useState<InviteDraft>({ named: '', name: '', role: onlyRole, site: '' });
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [busy, setBusy] = useState(false);
  const invite = async () => {
    const checked = checkInvite(draft, named);
    if (!checked.ok) {
      setErrors(checked.errors.map(({ field, words }) => ({ field, words: t(words) })));
      return;
    }
    setErrors([]);
    setBusy(true);
    const answer = await api.call('invite', { body: checked.value });
    setBusy(false);
    if (answer.ok) onInvited(answer.value);
    else setErrors([{ field: 'invite-name', words: wordsForTrouble(answer.trouble, t) }]);
  };
  const field = (id: keyof InviteDraft) => ({
    ...formField(`invite-${id}`, errors, t),
    value: draft[id],
    onChange: (event: { target: { value: string } }) => {
      setDraft({ ...draft, [id]: event.target.value });
    },
  });
  return (
    <form
      noValidate
      data-testid="invite-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void invite();
      }}
    >
      <ErrorSummary errors={errors} />
      <PageHeading words={t('invite.heading')} />
      <p>{t('invite.explanation')}</p>
      <Select {...field('named')} label={t('invite.who')}>
        <Select.Option value="">{t('invite.newPerson')}</Select.Option>
        {named.map(({ key, person: { name }, role, site }) => (
          <Select.Option key={key} value={key}>
            {t('invite.newPasskeyFor', { name, role: [t(`role.${role}`), site?.name].filter(Boolean).join(', ') })}
          </Select.Option>
        ))}
      </Select>
      {draft.named === '' ? (
        <>
          <TextInput {...field('name')} label={t('people.name')} autoComplete="off" width="20" />
          {roles.length === 1 ? null : (
            <Select {...field('role')} label={t('setup.role')}>
              <Select.Option value="">{t('book.choose')}</Select.Option>
              {roles.map((role) => (
                <Select.Option key={role} value={role}>
                  {t(`role.${role}`)}
                </Select.Option>
              ))}
            </Select>
          )}
          {draft.role === 'manager' ? (
            <Select {...field('site')} label={t('invite.site')}>
              <Select.Option value="">{t('invite.noSiteYet')}</Select.Option>
              {sites.map(({ id, name }) => (
                <Select.Option key={id} value={id}>
                  {name}
                </Select.Option>
              ))}
            </Select>
          ) : null}
        </>
      ) : null}
      <Button type="submit" data-testid="invite-submit" aria-disabled={busy}>
        {busy ? t('invite.busy') : t('invite.submit')}
      </Button>
    </form>
  );
}
