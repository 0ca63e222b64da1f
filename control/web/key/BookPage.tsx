import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Select, TextInput } from 'nhsuk-react-components';
import type { ConsoleAnswer } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import type { FormField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { formatDay, formatMoment, londonDay, londonInstant } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow, useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { useList } from '../ui/use-list.ts';
import { goTo } from '../ui/use-view.ts';
import { checkBooking, lengths } from './booking.ts';
import type { BookingDraft } from './booking.ts';

const deviceTopics = ['devices'] as const;
const noTopics = [] as const;

/** Books a consultation: patient, consultant, laptop, time. */
export function BookPage({ day }: { day: string }): ReactNode {
  const { t } = useSpeech();
  const [devices, readDevices] = useList('siteDevices', {}, deviceTopics);
  const [consultants, readConsultants] = useList('consultants', {}, noTopics);
  return (
    <div className="nhsuk-grid-row">
      <div className="nhsuk-grid-column-two-thirds">
        <LoadedList list={devices} onRetry={readDevices}>
          {(laptops) => (
            <LoadedList list={consultants} onRetry={readConsultants}>
              {(people) => <BookForm day={day} devices={laptops.devices} consultants={people.consultants} />}
            </LoadedList>
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
  devices: ConsoleAnswer<'siteDevices'>['devices'];
  consultants: ConsoleAnswer<'consultants'>['consultants'];
}

function BookForm({ day, devices, consultants }: BookFormProps) {
  const { t, language } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const now = useNow();
  const [draft, setDraft] = useState<BookingDraft>({
    patientReference: '',
    consultant: '',
    device: '',
    day,
    time: '',
    minutes: '20',
  });
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [busy, setBusy] = useState(false);
  const usable = devices.filter(
    ({ shareDestroyedAt, rolledBackAt, damagedAt }) =>
      shareDestroyedAt === null && rolledBackAt === null && damagedAt === null,
  );

  const book = async () => {
    const checked = checkBooking(draft, now);
    if (!checked.ok) {
      setErrors(checked.errors.map(({ field, words }) => ({ field, words: t(words) })));
      return;
    }
    setBusy(true);
    const answer = await api.call('book', { body: checked.value });
    setBusy(false);
    if (!answer.ok) {
      setErrors([
        {
          field: answer.trouble.reason === 'clash' ? 'time' : 'patientReference',
          words: wordsForTrouble(answer.trouble, t),
        },
      ]);
      return;
    }
    announce(t('book.done', { when: formatMoment(answer.value.startsAt, language) }));
    const booked = londonDay(answer.value.startsAt);
    goTo(booked === londonDay(now) ? '' : `day/${booked}`);
  };
  const field = (name: keyof BookingDraft) => ({
    ...formField(name, errors, t),
    value: draft[name],
    onChange: (event: { target: { value: string } }) => {
      setDraft({ ...draft, [name]: event.target.value });
    },
  });
  return (
    <form
      noValidate
      data-testid="book-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void book();
      }}
    >
      <ErrorSummary errors={errors} />
      <PageHeading words={t('key.book')} />
      <BookFields field={field} devices={usable} consultants={consultants} />
      <Button type="submit" data-testid="book-submit" aria-disabled={busy}>
        {busy ? t('book.busy') : t('book.submit')}
      </Button>
    </form>
  );
}

interface BookFieldsProps extends Omit<BookFormProps, 'day'> {
  field: (name: keyof BookingDraft) => FormField & {
    value: string;
    onChange: (event: { target: { value: string } }) => void;
  };
}

function BookFields({ field, devices, consultants }: BookFieldsProps) {
  const { t, language } = useSpeech();
  const day = field('day');
  // The browser writes the date as its own country does; the words leave no doubt.
  const noon = londonInstant(day.value, '12:00');
  return (
    <>
      <TextInput
        {...field('patientReference')}
        label={t('book.patient')}
        hint={t('book.patientHint')}
        autoComplete="off"
        width="20"
      />
      <Select {...field('consultant')} label={t('appointment.consultant')}>
        <Select.Option value="">{t('book.choose')}</Select.Option>
        {consultants.map((person) => (
          <Select.Option key={person.id} value={person.id}>
            {person.name}, {person.hospital}
          </Select.Option>
        ))}
      </Select>
      <Select {...field('device')} label={t('appointment.laptop')}>
        <Select.Option value="">{t('book.choose')}</Select.Option>
        {devices.map((device) => (
          <Select.Option key={device.id} value={device.id}>
            {device.name}
          </Select.Option>
        ))}
      </Select>
      <TextInput
        {...day}
        type="date"
        label={t('day.label')}
        hint={noon === undefined ? '' : formatDay(noon, language)}
        width="10"
      />
      <TextInput
        {...field('time')}
        inputMode="numeric"
        autoComplete="off"
        label={t('book.time')}
        hint={t('book.timeHint')}
        width="5"
      />
      <Select {...field('minutes')} label={t('book.length')}>
        {lengths.map((minutes) => (
          <Select.Option key={minutes} value={String(minutes)}>
            {t('book.minutes', { minutes })}
          </Select.Option>
        ))}
      </Select>
    </>
  );
}
