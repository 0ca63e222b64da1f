import { waitingMessage } from '@sallyport/protocol';
import { expect, test } from 'vitest';
import { inRoom, opened } from '../screens/screens-testing.tsx';
import { cueOf } from './cues.ts';

const waiting = inRoom();
const consult = inRoom({ phase: 'consult' });

test('being admitted is heard, once', () => {
  expect(cueOf(waiting, consult)).toBe('admitted');
  expect(cueOf(consult, { ...consult, link: 'unreachable' })).toBeNull();
});

test('a page that is loaded anew in the consultation says so too', () => {
  expect(cueOf(undefined, consult)).toBe('admitted');
});

test('every message is heard, once', () => {
  let before = waiting;
  for (const message of waitingMessage.options) {
    const now = inRoom({ message });
    expect(cueOf(before, now)).toBe('message');
    expect(cueOf(now, { ...now })).toBeNull();
    before = now;
  }
  expect(cueOf(undefined, inRoom({ message: 'soon' }))).toBe('message');
});

test('S39 nothing is heard of the debrief, nor outside a room', () => {
  expect(cueOf(consult, inRoom({ phase: 'debrief', message: 'soon' }))).toBeNull();
  expect(cueOf(consult, opened())).toBeNull();
  expect(cueOf(undefined, waiting)).toBeNull();
});
