import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { beforeEach, expect, test, vi } from 'vitest';
import { createRefusalRecord, type NotedRefusal, type RefusalEntry, type RefusalRecord } from './refusal-record.ts';

const minute = 60_000;
let record: RefusalRecord;
let now = Date.now();
let isBroken = false;
let logged = '';
const entries: RefusalEntry[] = [];

beforeEach(() => {
  entries.length = 0;
  [logged, isBroken] = ['', false];
  record = newRecord();
});

const newRecord = () =>
  createRefusalRecord({
    clock: { now: () => now },
    write: (entry) => {
      if (isBroken) return Promise.reject(new Error('the disk is full'));
      entries.push(entry);
      return Promise.resolve();
    },
    logger: pino({ level: 'info' }, { write: (line: string) => void (logged += line) }),
  });

const refusal = (changes: Partial<NotedRefusal> = {}): NotedRefusal => ({
  action: 'sign-in.refused',
  source: '192.0.2.7',
  person: undefined,
  reason: 'unknown-credential',
  credential: 'a-strangers-passkey',
  ...changes,
});
const counts = () => entries.map(({ detail }) => [detail['source'], detail['count']]);

test('S28 the first refusal is on the record at once', async () => {
  await record.note(refusal());
  expect(entries).toEqual([
    {
      actor: { kind: 'control', id: null, name: 'control' },
      action: 'sign-in.refused',
      subject: null,
      detail: { source: '192.0.2.7', reason: 'unknown-credential', count: 1, passkey: expect.any(String) as string },
    },
  ]);
});

test('S28 a flood from one source is one entry a minute, with a number', async () => {
  for (let tries = 0; tries < 500; tries += 1) await record.note(refusal());
  expect(counts()).toEqual([['192.0.2.7', 1]]);
  now += minute;
  for (let tries = 0; tries < 500; tries += 1) await record.note(refusal({ reason: 'not-verified' }));
  expect(counts()).toEqual([
    ['192.0.2.7', 1],
    ['192.0.2.7', 499],
  ]);
  now += minute;
  await record.note(refusal({ source: '192.0.2.8' }));
  expect(counts().slice(2)).toEqual([
    ['192.0.2.7', 500],
    ['192.0.2.8', 1],
  ]);
  expect(entries[2]?.detail['reason']).toBe('not-verified');
});

test('S28 a flood from everywhere costs as much as one from somewhere', async () => {
  for (let tries = 0; tries < 1000; tries += 1) await record.note(refusal({ source: `198.51.100.${tries}` }));
  expect(entries).toHaveLength(61);
  now += minute;
  await record.note(refusal());
  expect(counts().filter(([source]) => source === 'elsewhere')).toEqual([
    ['elsewhere', 1],
    ['elsewhere', 939],
  ]);
});

test('S28 different acts and people do not hide one another', async () => {
  const person = { id: '11111111-1111-4111-8111-111111111111', name: 'Olive Officer' };
  await record.note(refusal());
  await record.note(refusal({ action: 'step-up.refused', person }));
  await record.note(refusal({ action: 'registration.refused' }));
  expect(entries.map(({ action, subject }) => [action, subject])).toEqual([
    ['sign-in.refused', null],
    ['step-up.refused', person.id],
    ['registration.refused', null],
  ]);
});

test('S28 what was only counted is written by itself when the minute is over', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  record = newRecord();
  await record.note(refusal());
  await record.note(refusal());
  vi.advanceTimersByTime(30_000);
  now += minute;
  vi.advanceTimersByTime(5_000);
  await vi.waitFor(() => expect(entries).toHaveLength(2));
  vi.useRealTimers();
});

test('S28 what was only counted is written when control stops', async () => {
  await record.note(refusal());
  await record.note(refusal());
  await record.close();
  expect(counts().at(-1)).toEqual(['192.0.2.7', 1]);
  await record.close();
  expect(entries).toHaveLength(2);
});

test('S19 of a stranger’s passkey the record has eight digits of a digest, of several a few', async () => {
  await record.note(refusal());
  const digest = createHash('sha256').update('a-strangers-passkey').digest('hex').slice(0, 8);
  expect(entries[0]?.detail['passkey']).toBe(digest);
  for (let tries = 0; tries < 50; tries += 1) await record.note(refusal({ credential: `passkey ${tries}` }));
  await record.close();
  expect(String(entries[1]?.detail['passkey']).split(', ')).toHaveLength(4);
  expect(JSON.stringify(entries)).not.toContain('a-strangers-passkey');
});

test('what cannot be recorded is said in the log, and is refused all the same', async () => {
  isBroken = true;
  await expect(record.note(refusal())).resolves.toBeUndefined();
  expect(logged).toContain('a refusal is not on the record');
});
