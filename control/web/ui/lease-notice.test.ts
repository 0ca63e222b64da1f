import type { ConsoleDevice, ConsoleErasure } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { deviceNotices, wordsForSpan } from './lease-notice.ts';
import { translator } from './messages/catalogue.ts';

const now = Date.UTC(2026, 0, 5, 12);
const hour = 3_600_000;
const day = 24 * hour;
const t = translator('en');

type Standing = NonNullable<ConsoleDevice['lease']>['standing'];
const away = (days: number, standing: Standing, change: Partial<ConsoleDevice> = {}) => {
  const lastSeenAt = now - days * day;
  const device: Parameters<typeof deviceNotices>[0] = {
    ...{ state: 'inert', connected: false, lastSeenAt, rolledBackAt: null, shareDestroyedAt: null },
    ...{ damagedAt: null, erasure: null },
    lease: { standing, suspendsAt: lastSeenAt + 7 * day, erasesAt: lastSeenAt + 30 * day },
    ...change,
  };
  return deviceNotices(device, now, t, 'en');
};
const names = (notices: ReturnType<typeof away>) => notices.map(({ name, weight }) => `${name} ${weight}`);

describe('S21 what people are told of a laptop that stays away', () => {
  test('is nothing on the first day, and nothing while it is connected', () => {
    expect(away(0.9, 'held')).toEqual([]);
    expect(away(4, 'warning', { connected: true })).toEqual([]);
    expect(away(4, 'held', { lease: null })).toEqual([]);
  });

  test('says how long it is away and when it suspends itself', () => {
    expect(away(4, 'held').map(({ words }) => words)).toEqual([
      'Not seen for 4 days. It suspends itself on 8 Jan 2026, 12:00.',
    ]);
  });

  test('asks in good time to bring it online', () => {
    const [notice] = away(6, 'warning');
    expect(notice?.words).toMatch(/Bring it online: it suspends itself on 6 Jan 2026, 12:00/);
    expect(notice?.weight).toBe('warning');
  });

  test('says that it has suspended itself and needs an officer, then that it erases itself', () => {
    expect(away(8, 'suspend')[0]?.words).toMatch(/only a resume order.*erases itself on 27 Jan 2026/);
    expect(names(away(8, 'suspend'))).toEqual(['suspended danger']);
    expect(names(away(31, 'erase'))).toEqual(['erased danger']);
  });

  test('says of a suspended laptop what it needs, and still what its lease does', () => {
    expect(names(away(0, 'held', { state: 'suspended', connected: true }))).toEqual(['needsResume warning']);
    expect(names(away(3, 'warning', { state: 'suspended' }))).toEqual(['needsResume warning']);
    expect(names(away(8, 'suspend', { state: 'suspended' }))).toEqual(['suspended danger']);
  });

  test('says first that it was put back to a copy', () => {
    expect(names(away(6, 'warning', { rolledBackAt: now }))).toEqual(['rolledBack danger', 'warning warning']);
    const suspended = { rolledBackAt: now, state: 'suspended', connected: true } as const;
    expect(names(away(0, 'held', suspended))).toEqual(['rolledBack danger']);
  });

  test('is silent about laptops that are destroyed', () => {
    expect(away(31, 'erase', { shareDestroyedAt: now, rolledBackAt: now })).toEqual([]);
    expect(away(31, 'erase', { state: 'dead' })).toEqual([]);
  });
});

describe('what people are told of a laptop that is no longer what it was', () => {
  const erasure: ConsoleErasure = {
    ...{ cause: 'lease', stage: 'attested', software: null, reportedAt: now },
    steps: [],
  };
  const gone = { shareDestroyedAt: now, erasure };

  test('S31 damaged: that it opens for nobody, and not that it needs an order to be opened', () => {
    expect(names(away(0, 'held', { damagedAt: now, state: 'suspended', connected: true }))).toEqual(['damaged danger']);
    expect(away(0, 'held', { damagedAt: now })[0]?.words).toMatch(/noticed on 5 Jan 2026, 12:00. It cannot be opened/);
    expect(away(0, 'held', { damagedAt: now, ...gone, state: 'dead' }).map(({ name }) => name)).toEqual(['selfErased']);
  });

  test('S33 erased by itself: how far it has proved that', () => {
    const [notice] = away(31, 'erase', { ...gone, state: 'dead' });
    expect(notice).toMatchObject({ name: 'selfErased', weight: 'note' });
    expect(notice?.words).toContain('erased itself (attested)');
    expect(away(31, 'erase', { ...gone, erasure: { ...erasure, cause: 'order' }, state: 'dead' })).toEqual([]);
  });

  test('S30 back from its own erasure: that it is to be treated as copied', () => {
    expect(names(away(0, 'held', { ...gone, state: 'inert', connected: true }))).toEqual(['returned danger']);
  });
});

test('a span of time is said in days, in hours within the first', () => {
  expect([0, hour, 5.5 * hour, day, 2.9 * day].map((span) => wordsForSpan(span, t))).toEqual([
    'less than an hour',
    '1 hour',
    '5 hours',
    '1 day',
    '2 days',
  ]);
});
