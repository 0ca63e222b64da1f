import { useEffect, useRef, useState } from 'react';
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
import { useDay } from '../ui/use-day.ts';
import { goTo } from '../ui/use-view.ts';
import { checkBooking, clashQuestion, newBooking } from './booking.ts';
import type { BookingField } from './booking.ts';
import { BookingFields } from './BookingFields.tsx';
import { ChangedMeanwhile, DifferenceNote } from './ChangedMeanwhile.tsx';
import type { Choices } from './choices.ts';
import { ClashWarning } from './ClashWarning.tsx';
import { draftOfBooking, draftOfChange } from './draft-names.ts';
import { KeptNote } from './KeptNote.tsx';
import { changeOf, isSaved, meet, withField } from './meeting.ts';
import type { ChangeDraft } from './meeting.ts';
import { sendChange } from './send-booking.ts';
import { useChoices } from './use-choices.ts';
import { useSending } from './use-sending.ts';

/** Moves or corrects an appointment that nobody has joined. */
export function ChangePage({ day, id }: { day: string; id: string }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useDay(day);
  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        <LoadedList list={list} onRetry={read}>
          {({ appointments }) => <Change newest={appointments.find((each) => each.id === id)} />}
        </LoadedList>
        <p>
          <a href={`#/day/${day}`}>{t('page.back')}</a>
        </p>
      </div>
    </div>
  );
}

/** The form stays although the appointment has left this day's list: somebody else moved it. */
function Change({ newest }: { newest: ConsoleAppointment | undefined }) {
  const { t } = useSpeech();
  const [appointment, hold] = useState(newest);
  if (appointment === undefined && newest !== undefined) hold(newest);
  const [choices, read] = useChoices(appointment);
  const [turn, setTurn] = useState(0);
  if (appointment === undefined) return <p>{t('appointment.notFound')}</p>;
  return (
    <LoadedList list={choices} onRetry={read}>
      {(known) => (
        <ChangeForm
          key={turn}
          appointment={newest ?? appointment}
          choices={known}
          onAfresh={() => {
            setTurn(turn + 1);
          }}
        />
      )}
    </LoadedList>
  );
}

interface ChangeFormProps {
  /** As it stands, as far as this page has heard. */
  appointment: ConsoleAppointment;
  choices: Choices;
  onAfresh: () => void;
}

function ChangeForm({ appointment, choices, onAfresh }: ChangeFormProps) {
  const { t } = useSpeech();
  const { id } = appointment;
  const draft = useDraft<ChangeDraft>(draftOfChange(id), () => changeOf(appointment));
  const { value: change, change: setChange, forget } = draft;
  const { summary, problem, isBusy, save, refusals } = useSaving(id, change, draft);
  useEffect(() => {
    // Seen before anything is saved: the list that this page follows already has it.
    if (appointment.revision > change.base.revision) setChange(meet(change, appointment));
  }, [appointment, change, setChange]);
  const setField = (field: BookingField, value: string) => {
    setChange(withField(change, field, value));
  };
  return (
    <form
      noValidate
      data-testid="book-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <ErrorSummary {...summary} />
      <ProblemBox words={problem} />
      <PageHeading
        words={t('change.appointment')}
        caption={t('key.ofPatient', { patient: appointment.patientReference })}
      />
      {draft.wasKept ? (
        <KeptNote
          words={t('change.asItStands')}
          onAfresh={() => {
            forget();
            onAfresh();
          }}
        />
      ) : null}
      {change.isCancelled ? (
        <BookAnew change={change} onLeave={forget} />
      ) : (
        <ChangedMeanwhile
          key={refusals}
          change={change}
          choices={choices}
          takesFocus={refusals > 0}
          onChange={setChange}
        />
      )}
      <BookingFields
        fields={change.fields}
        errors={summary.errors}
        choices={choices}
        onField={setField}
        noteOn={(field) => <DifferenceNote field={field} change={change} choices={choices} onField={setField} />}
      />
      <ClashWarning question={clashQuestion(change.fields, id, change.base)} choices={choices} fields={change.fields} />
      {change.isCancelled ? null : (
        <Button type="submit" data-testid="change-submit" aria-disabled={isBusy}>
          {isBusy ? t('change.busy') : t('change.submit')}
        </Button>
      )}
    </form>
  );
}

/** Saves the change, and brings it together with somebody else's when that was quicker. */
function useSaving(
  id: string,
  change: ChangeDraft,
  draft: Pick<ReturnType<typeof useDraft<ChangeDraft>>, 'change' | 'forget'>,
) {
  const { t, language } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const now = useNow();
  const { summary, problem, isBusy, send, refuse } = useSending();
  const [refusals, setRefusals] = useState(0);
  const finish = (appointment: ConsoleAppointment) => {
    draft.forget();
    announce(t('change.done', { when: formatMoment(appointment.startsAt, language) }));
    const day = londonDay(appointment.startsAt);
    goTo(day === londonDay(now) ? '' : `day/${day}`);
  };
  const save = () => {
    const { base, fields } = change;
    const checked = checkBooking(fields, now, base);
    if (!checked.ok) {
      refuse(checked.problems);
      return;
    }
    void send(
      () => sendChange(api, { id, revision: base.revision, around: base.startsAt }, checked.value),
      (sent) => {
        const met = meet(change, sent.appointment);
        // An answer that was lost: the change had been saved already.
        if (sent.result === 'saved' || (isSaved(met) && !met.isCancelled)) {
          finish(sent.appointment);
          return;
        }
        draft.change(met);
        setRefusals(refusals + 1);
      },
    );
  };
  return { summary, problem, isBusy, save, refusals };
}

/** Somebody else cancelled the appointment: what is typed can become a new one. */
function BookAnew({ change, onLeave }: { change: ChangeDraft; onLeave: () => void }) {
  const { t } = useSpeech();
  const drafts = useDraftStore();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.focus();
  }, []);
  return (
    <div className="nhsuk-error-summary" role="alert" tabIndex={-1} ref={box} data-testid="cancelled-meanwhile">
      <h2 className="nhsuk-error-summary__title">{t('change.cancelled')}</h2>
      <Button
        type="button"
        secondary
        small
        data-testid="book-anew"
        onClick={() => {
          drafts.put(draftOfBooking, { ...newBooking(change.fields.day), fields: change.fields });
          onLeave();
          goTo('book');
        }}
      >
        {t('change.bookAnew')}
      </Button>
    </div>
  );
}
