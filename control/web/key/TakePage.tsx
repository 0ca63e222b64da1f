import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, TextInput } from 'nhsuk-react-components';
import type { ConsoleDevice, SignedInPerson } from '@sallyport/protocol';
import type { Trouble } from '../ui/api.ts';
import { useAnnounce } from '../ui/Announcer.tsx';
import { CustodyNote } from '../ui/CustodyNote.tsx';
import { useDraft } from '../ui/Drafts.tsx';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow, useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useList } from '../ui/use-list.ts';
import { goTo } from '../ui/use-view.ts';
import { checkCustody, dueBounds, newCustody } from './custody-draft.ts';
import type { CustodyDraft, CustodyField, CustodyProblem } from './custody-draft.ts';

const topics = ['devices'] as const;

/** Writes down who takes a laptop out of the healthcare room, where to, and until when. */
export function TakePage({ person, id }: { person: SignedInPerson; id: string }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('siteDevices', {}, topics, true);
  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        <LoadedList list={list} onRetry={read}>
          {({ devices }) => {
            const device = devices.find((each) => each.id === id);
            return device === undefined ? (
              <p>{t('fleet.noSuchDevice')}</p>
            ) : (
              <TakeForm key={id} person={person} device={device} />
            );
          }}
        </LoadedList>
        <p>
          <a href="#/laptops">{t('page.back')}</a>
        </p>
      </div>
    </div>
  );
}

function TakeForm({ person, device }: { person: SignedInPerson; device: ConsoleDevice }) {
  const { t } = useSpeech();
  const now = useNow();
  const draft = useDraft<CustodyDraft>(`take ${device.id}`, () => newCustody(person.name, now));
  const { problems, trouble, isBusy, send } = useTaking(device, draft);
  const errors = problems.map(({ field, say }) => ({ field, words: say(t) }));
  const field = (name: CustodyField) => ({
    ...formField(name, errors, t),
    value: draft.value[name],
    onChange: (event: { target: { value: string } }) => {
      draft.change({ ...draft.value, [name]: event.target.value });
    },
  });
  return (
    <form
      noValidate
      data-testid="take-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <ErrorSummary errors={errors} about={problems} />
      <ProblemBox words={trouble === undefined ? undefined : wordsForTrouble(trouble, t)} />
      <PageHeading words={t('custody.takeHeading', { laptop: device.name })} />
      {device.custody === null ? null : (
        <p>
          <CustodyNote device={device} />
        </p>
      )}
      <TextInput {...field('holder')} label={t('custody.holder')} hint={t('custody.holderHint')} autoComplete="name" />
      <TextInput {...field('place')} label={t('custody.place')} hint={t('custody.placeHint')} autoComplete="off" />
      <TextInput
        {...field('due')}
        {...dueBounds(now)}
        type="datetime-local"
        label={t('custody.dueLabel')}
        hint={t('custody.dueHint')}
        className="app-moment-field"
      />
      <Button type="submit" data-testid="take-submit" aria-disabled={isBusy}>
        {isBusy ? t('custody.busy') : t('custody.submit')}
      </Button>
    </form>
  );
}

/** Sends the form once at a time. */
function useTaking(device: ConsoleDevice, draft: { value: CustodyDraft; forget: () => void }) {
  const { t } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const now = useNow();
  const [problems, setProblems] = useState<readonly CustodyProblem[]>([]);
  const [trouble, setTrouble] = useState<Trouble>();
  const [isBusy, setBusy] = useState(false);
  const isSending = useRef(false);
  const refuse = (found: readonly CustodyProblem[], other?: Trouble) => {
    setProblems(found);
    setTrouble(other);
  };
  const send = async () => {
    if (isSending.current) return;
    const checked = checkCustody(draft.value, now);
    if (!checked.ok) {
      refuse(checked.problems);
      return;
    }
    refuse([]);
    isSending.current = true;
    setBusy(true);
    const answer = await api.call('takeDevice', { params: { id: device.id }, body: checked.value });
    isSending.current = false;
    setBusy(false);
    if (answer.ok) {
      draft.forget();
      announce(t('custody.taken', { laptop: device.name }));
      goTo('laptops');
      return;
    }
    const { reason } = answer.trouble;
    if (reason === 'too-late') refuse([{ field: 'due', say: (words) => words('custody.duePast') }]);
    else if (reason === 'too-early') refuse([{ field: 'due', say: (words) => words('custody.dueTooFar') }]);
    // Nobody is signed in any more: the form waits behind the sign-in.
    else if (reason !== 'not-signed-in') refuse([], answer.trouble);
  };
  return { problems, trouble, isBusy, send };
}
