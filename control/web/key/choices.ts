import type { ConsoleAnswer, ConsoleAppointment } from '@sallyport/protocol';
import type { Language, Translate } from '../ui/messages/catalogue.ts';
import { formatDay, londonInstant } from '../ui/london-time.ts';
import type { BookingField } from './booking.ts';

interface Choice {
  id: string;
  name: string;
}

/** Whom and what can be booked. */
export interface Choices {
  consultants: readonly Choice[];
  devices: readonly Choice[];
}

/**
 * Whom and what can be booked: laptops that can still be opened, and the consultants of the rosters in force.
 * @param booked an appointment whose own laptop and consultant stay choices, whatever became of them
 */
export function choicesOf(
  devices: ConsoleAnswer<'siteDevices'>['devices'],
  consultants: ConsoleAnswer<'consultants'>['consultants'],
  booked?: ConsoleAppointment,
): Choices {
  const usable = devices.filter(
    ({ shareDestroyedAt, rolledBackAt, damagedAt }) =>
      shareDestroyedAt === null && rolledBackAt === null && damagedAt === null,
  );
  return {
    devices: withOwn(
      usable.map(({ id, name }) => ({ id, name })),
      booked?.device,
    ),
    consultants: withOwn(consultants, booked?.consultant).map((person) => ({
      id: person.id,
      name: `${person.name}, ${person.hospital}`,
    })),
  };
}

function withOwn<T extends Choice>(choices: readonly T[], own: T | undefined): readonly T[] {
  return own === undefined || choices.some(({ id }) => id === own.id) ? choices : [...choices, own];
}

/** What a field of the form says, for people. */
export function wordsOfField(
  field: BookingField,
  value: string,
  choices: Choices,
  { t, language }: { t: Translate; language: Language },
): string {
  if (value === '') return t('change.nothing');
  const nameOf = (choosable: readonly Choice[]) => choosable.find(({ id }) => id === value)?.name ?? value;
  if (field === 'consultant') return nameOf(choices.consultants);
  if (field === 'device') return nameOf(choices.devices);
  if (field === 'minutes') return t('book.minutes', { minutes: value });
  const noon = field === 'day' ? londonInstant(value, '12:00') : undefined;
  return noon === undefined ? value : formatDay(noon, language);
}
