import type { Language } from '@sallyport/protocol';
import type { Messages } from './en.ts';

/** Prisons, hospitals and their diaries are in the United Kingdom, whatever the laptop's own clock is set to. */
const timeZone = 'Europe/London';
const locales: Readonly<Record<Language, string>> = { en: 'en-GB', cy: 'cy-GB' };
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * The time of day.
 * @param instant milliseconds since the Unix epoch
 * @returns hours and minutes in the United Kingdom, 24-hour clock: `09:05`
 */
export function clockTime(instant: number, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).format(instant);
}

/**
 * The day in words.
 * @param instant milliseconds since the Unix epoch
 */
export function dayInWords(instant: number, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone,
  }).format(instant);
}

/** Whether two instants (milliseconds since the Unix epoch) fall on the same day in the United Kingdom. */
export function sameDay(one: number, other: number): boolean {
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeZone });
  return day.format(one) === day.format(other);
}

/**
 * A length of time in words, rounded up so that it never says "0" before the time has come.
 * From a minute on whole minutes are enough, unless seconds are asked for.
 * @param milliseconds how long; below zero counts as zero
 * @param precise whether to count the seconds beside the minutes
 */
export function durationInWords(milliseconds: number, messages: Messages, precise = false): string {
  const { duration } = messages;
  const unit = precise || milliseconds < minute ? second : minute;
  const rounded = Math.max(0, Math.ceil(milliseconds / unit)) * unit;
  const hours = Math.floor(rounded / hour);
  const minutes = Math.floor((rounded % hour) / minute);
  const seconds = Math.floor((rounded % minute) / second);
  const parts: string[] = [];
  if (hours > 0) parts.push(duration.hours(hours));
  if (minutes > 0) parts.push(duration.minutes(minutes));
  if (seconds > 0 || parts.length === 0) parts.push(duration.seconds(seconds));
  return parts.join(duration.between);
}
