import {
  checkVerdict,
  consoleGuest,
  deviceEvent,
  guestKind,
  presence,
  requestRefusal,
  roomEnd,
} from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { catalogues, translator } from './catalogue.ts';

const keys = Object.keys(catalogues.en) as (keyof typeof catalogues.en)[];
const placeholders = (words: string) => (words.match(/\{\w+\}/g) ?? []).toSorted();

describe('the message catalogues', () => {
  test('have the same messages in English and Welsh', () => {
    expect(Object.keys(catalogues.cy).toSorted()).toEqual(Object.keys(catalogues.en).toSorted());
    expect(keys.length).toBeGreaterThan(300);
  });

  test.each(keys)('%s says something in both languages, about the same things', (key) => {
    expect(catalogues.en[key].trim()).not.toBe('');
    expect(catalogues.cy[key].trim()).not.toBe('');
    expect(placeholders(catalogues.cy[key])).toEqual(placeholders(catalogues.en[key]));
  });

  test('are two languages: no sentence is the same in both', () => {
    const same = keys.filter((key) => catalogues.en[key].includes(' ') && catalogues.en[key] === catalogues.cy[key]);
    expect(same).toEqual(['steps.acknowledgedBy']);
  });

  test('have words for every reason of a refusal', () => {
    for (const reason of requestRefusal.options) expect(keys).toContain(`refusal.${reason}`);
  });

  test('have words for every way a room ends', () => {
    for (const reason of roomEnd.options) {
      expect(keys).toContain(`room.left.${reason}`);
      expect(keys).toContain(`ended.${reason}`);
    }
  });

  test('have words for everything that is said of a consultation', () => {
    for (const verdict of checkVerdict.options) expect(keys).toContain(`check.verdict.${verdict}`);
    for (const who of presence.options) expect(keys).toContain(`presence.${who}`);
    for (const kind of guestKind.options) expect(keys).toContain(`guestKind.${kind}`);
    for (const state of consoleGuest.shape.state.options) expect(keys).toContain(`guestState.${state}`);
  });

  test('name no message twice', () => {
    const parts = Object.values(import.meta.glob<Record<string, object>>('./*-en.ts', { eager: true }));
    const names = parts.flatMap((part) => Object.values(part).flatMap((messages) => Object.keys(messages)));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('have words for everything a laptop reports for the record', () => {
    for (const event of deviceEvent.shape.event.options) {
      expect(keys).toContain(`audit.action.device.reported-${event}`);
    }
  });

  test('show nobody a raw reason code', () => {
    for (const reason of requestRefusal.options.filter((each) => each.includes('-'))) {
      expect(catalogues.en[`refusal.${reason}`]).not.toContain(reason);
    }
  });
});

describe('a message', () => {
  test('carries what it is given, as plain text', () => {
    expect(translator('en')('open.heading', { laptop: 'HB-07' })).toBe('Open HB-07');
    expect(translator('cy')('open.heading', { laptop: '<b>$&</b>' })).toBe('Agor <b>$&</b>');
  });
});
