import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleInput, Invitation, Roster, SignedInPerson } from '@sallyport/protocol';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow, useSession } from '../ui/Session.tsx';
import { usualEndDay } from './end-day.ts';
import { EndDayInput } from './EndDayInput.tsx';
import { PeopleEditor } from './PeopleEditor.tsx';
import { draftPeople, registeredOf } from './people-draft.ts';
import { Review } from './Review.tsx';
import { changesOfRoster, checkRoster } from './roster-draft.ts';
import type { RosterDraft } from './roster-draft.ts';
import { StaleNote } from './StaleNote.tsx';
import { useInvitations } from './use-invitations.ts';
import { useRoster } from './use-trust.ts';

/** A manager writes the site's next list: new people in, leavers out, lost passkeys replaced. */
export function NextListPage({ site }: { site: NonNullable<SignedInPerson['site']> }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useRoster(site.id);
  const [invited, readInvited] = useInvitations();
  const [again, setAgain] = useState(0);
  return (
    <>
      <PageHeading words={t('nextList.heading')} caption={site.name} />
      <LoadedList list={list} onRetry={read}>
        {({ roster, isLapsed }) => (
          <LoadedList list={invited} onRetry={readInvited}>
            {(invitations) => (
              <NextList
                key={again}
                current={roster}
                isLapsed={isLapsed}
                invitations={invitations}
                onAgain={() => {
                  setAgain(again + 1);
                }}
              />
            )}
          </LoadedList>
        )}
      </LoadedList>
    </>
  );
}

interface NextListProps {
  /** The newest list; undefined while there is none. */
  current: Roster | undefined;
  isLapsed: boolean;
  invitations: readonly Invitation[];
  onAgain: () => void;
}

function NextList({ current, isLapsed, invitations, onAgain }: NextListProps) {
  const { t } = useSpeech();
  const { api } = useSession();
  const now = useNow();
  const [before] = useState(current);
  const [draft, setDraft] = useState<RosterDraft>(() => ({
    people: draftPeople(before?.people ?? []),
    endDay: usualEndDay(now),
  }));
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [reviewed, setReviewed] = useState<ConsoleInput<'proposeRoster'>['body']>();
  // What was written on an older list would quietly take back what the newer one has changed.
  if (before?.version !== current?.version) return <StaleNote onAgain={onAgain} />;
  if (reviewed !== undefined) {
    return (
      <Review
        changes={changesOfRoster(before, reviewed)}
        mayBeSame={isLapsed || before === undefined}
        propose={() => api.call('proposeRoster', { body: reviewed })}
        onBack={() => {
          setReviewed(undefined);
        }}
      />
    );
  }
  const review = () => {
    const checked = checkRoster(draft, now);
    setErrors(checked.ok ? [] : checked.errors.map(({ field, words }) => ({ field, words: t(words) })));
    if (checked.ok) setReviewed(checked.value);
  };
  const field = (id: string) => formField(id, errors, t);
  return (
    <form
      noValidate
      data-testid="next-list"
      onSubmit={(event) => {
        event.preventDefault();
        review();
      }}
    >
      <ErrorSummary errors={errors} />
      <p>{t('nextList.explanation')}</p>
      <PeopleEditor
        list="roster"
        words={t('site.people')}
        people={draft.people}
        registered={registeredOf(invitations)}
        field={field}
        onPeople={(people) => {
          setDraft({ ...draft, people });
        }}
      />
      <EndDayInput
        day={draft.endDay}
        field={field}
        onDay={(endDay) => {
          setDraft({ ...draft, endDay });
        }}
      />
      <Button type="submit" data-testid="review-changes">
        {t('review.show')}
      </Button>
    </form>
  );
}
