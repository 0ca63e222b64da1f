import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Select, TextInput } from 'nhsuk-react-components';
import type { ConsoleAnswer } from '@sallyport/protocol';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { useList } from '../ui/use-list.ts';
import { checkTicket } from './ticket-draft.ts';
import { TicketShown } from './TicketShown.tsx';

const noTopics = [] as const;
type Created = ConsoleAnswer<'createTicket'> & { name: string };

/** Creates an enrolment ticket for a new laptop; it is shown once. */
export function EnrolPage(): ReactNode {
  const [created, setCreated] = useState<Created>();
  const [list, read] = useList('fleetSites', {}, noTopics);
  if (created !== undefined) {
    return (
      <TicketShown
        {...created}
        onDone={() => {
          setCreated(undefined);
        }}
      />
    );
  }
  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        <LoadedList list={list} onRetry={read}>
          {({ sites }) => <TicketForm sites={sites} onCreated={setCreated} />}
        </LoadedList>
      </div>
    </div>
  );
}

interface TicketFormProps {
  sites: ConsoleAnswer<'fleetSites'>['sites'];
  onCreated: (created: Created) => void;
}

function TicketForm({ sites, onCreated }: TicketFormProps) {
  const { t } = useSpeech();
  const { api } = useSession();
  const [name, setName] = useState('');
  const [site, setSite] = useState(sites.length === 1 ? (sites[0]?.id ?? '') : '');
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [busy, setBusy] = useState(false);
  const create = async () => {
    const checked = checkTicket({ name, site });
    if (!checked.ok) {
      setErrors(checked.errors.map((error) => ({ field: error.field, words: t(error.words) })));
      return;
    }
    setBusy(true);
    const answer = await api.call('createTicket', { body: checked.value });
    setBusy(false);
    if (answer.ok) onCreated({ ...answer.value, name: checked.value.name });
    else {
      setErrors([{ field: 'device-name', words: wordsForTrouble(answer.trouble, t, { clash: 'ticket.nameTaken' }) }]);
    }
  };
  const field = (id: string) => formField(id, errors, t);
  return (
    <form
      noValidate
      data-testid="ticket-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void create();
      }}
    >
      <ErrorSummary errors={errors} />
      <PageHeading words={t('fleet.enrol')} />
      <p>{t('ticket.explanation')}</p>
      <TextInput
        {...field('device-name')}
        label={t('ticket.name')}
        hint={t('ticket.nameHint')}
        value={name}
        width="20"
        autoComplete="off"
        onChange={(event: { target: { value: string } }) => {
          setName(event.target.value);
        }}
      />
      <Select
        {...field('device-site')}
        label={t('fleet.site')}
        value={site}
        onChange={(event: { target: { value: string } }) => {
          setSite(event.target.value);
        }}
      >
        <Select.Option value="">{t('book.choose')}</Select.Option>
        {sites.map((each) => (
          <Select.Option key={each.id} value={each.id}>
            {each.name}
          </Select.Option>
        ))}
      </Select>
      <Button type="submit" data-testid="create-ticket" aria-disabled={busy}>
        {busy ? t('ticket.busy') : t('ticket.create')}
      </Button>
    </form>
  );
}
