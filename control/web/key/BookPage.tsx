import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useDraft, useDraftStore } from '../ui/Drafts.tsx';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment, londonDay } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow, useSession } from '../ui/Session.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { goTo } from '../ui/use-view.ts';
import { checkBooking, clashQuestion, newBooking } from './booking.ts';
import type { BookingDraft, BookingField, NewBooking } from './booking.ts';
import { BookingFields } from './BookingFields.tsx';
import type { Choices } from './choices.ts';
import { ClashWarning } from './ClashWarning.tsx';
import { draftOfBooking, draftOfChange } from './draft-names.ts';
import { KeptNote } from './KeptNote.tsx';
import { changeOf } from './meeting.ts';
import { sendBooking } from './send-booking.ts';
import { useChoices } from './use-choices.ts';
import { useSending } from './use-sending.ts';

/** Books a consultation: patient, consultant, laptop, time, and who else. */
export function BookPage({ day }: { day: string }): ReactNode {
  const { t } = useSpeech();
  const [choices, read] = useChoices();
  const [turn, setTurn] = useState(0);
  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        <LoadedList list={choices} onRetry={read}>
          {(known) => (
            <BookForm
              key={turn}
              day={day}
              choices={known}
              onAfresh={() => {
                setTurn(turn + 1);
              }}
            />
          )}
        </LoadedList>
        <p>
          <a href="#/">{t('page.back')}</a>
        </p>
      </div>
    </div>
  );
}

interface BookFormProps {
  day: string;
  choices: Choices;
  onAfresh: () => void;
}

function BookForm({ day, choices, onAfresh }: BookFormProps) {
  const { t } = useSpeech();
  const { api } = useSession();
  const now = useNow();
  const draft = useDraft<NewBooking>(draftOfBooking, () => newBooking(day));
  const { summary, problem, isBusy, send, refuse } = useSending();
  const finish = useFinish(draft.forget);
  const { id, fields } = draft.value;

  const book = () => {
    const checked = checkBooking(fields, now);
    if (!checked.ok) {
      refuse(checked.problems);
      return;
    }
    void send(
      () => sendBooking(api, id, checked.value),
      (sent) => {
        finish(sent.appointment, fields, sent.result === 'saved');
      },
    );
  };
  return (
    <form
      noValidate
      data-testid="book-form"
      onSubmit={(event) => {
        event.preventDefault();
        book();
      }}
    >
      <ErrorSummary {...summary} />
      <ProblemBox words={problem} />
      <PageHeading words={t('key.book')} />
      {draft.wasKept ? (
        <KeptNote
          words={t('draft.afresh')}
          onAfresh={() => {
            draft.forget();
            onAfresh();
          }}
        />
      ) : null}
      <BookingFields
        fields={fields}
        errors={summary.errors}
        choices={choices}
        onField={(field: BookingField, value) => {
          draft.change({ id, fields: { ...fields, [field]: value } });
        }}
      />
      <ClashWarning question={clashQuestion(fields, id)} choices={choices} fields={fields} />
      <Button type="submit" data-testid="book-submit" aria-disabled={isBusy}>
        {isBusy ? t('book.busy') : t('book.submit')}
      </Button>
    </form>
  );
}

/** Goes where the booking can be seen; or, when an earlier try of this form was booked after all, to the form that changes it. */
function useFinish(forget: () => void) {
  const { t, language } = useSpeech();
  const announce = useAnnounce();
  const drafts = useDraftStore();
  const today = londonDay(useNow());
  return (appointment: ConsoleAppointment, typed: BookingDraft, saved: boolean) => {
    forget();
    const day = londonDay(appointment.startsAt);
    if (saved) {
      announce(t('book.done', { when: formatMoment(appointment.startsAt, language) }));
      goTo(day === today ? '' : `day/${day}`);
      return;
    }
    drafts.put(draftOfChange(appointment.id), { ...changeOf(appointment), fields: typed });
    goTo(`change/${day}/${appointment.id}`);
  };
}
