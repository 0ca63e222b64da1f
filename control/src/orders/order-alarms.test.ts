import { describe, expect, test } from 'vitest';
import { alarmOf } from './order-alarms.ts';
import type { AlarmFacts } from './order-alarms.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 10, 22, 9);
const limits = { answerMinutes: 5, contactHours: 24, erasureMinutes: 30 };

const facts: AlarmFacts = {
  ...{ kind: 'brick', state: 'queued', queuedAt: start, askedAt: null, receivedAt: null },
  ...{ isSuperseded: false, erasure: null, lastSeenAt: start - hour, rolledBackAt: null },
};
const after = (milliseconds: number, change: Partial<AlarmFacts> = {}) =>
  alarmOf({ ...facts, ...change }, start + milliseconds, limits);

describe('S33 a laptop that stays silent', () => {
  test('though it was asked: from five minutes after the first time on', () => {
    const asked = { askedAt: start + hour };
    expect(after(hour + 5 * minute, asked)).toBeNull();
    expect(after(hour + 5 * minute + 1, asked)).toBe('silent');
    expect(after(hour + 5 * minute + 1, { ...asked, state: 'delivered', kind: 'suspend' })).toBe('silent');
  });

  test('because nobody sees it: from a day after it was seen last, or ordered', () => {
    expect(after(24 * hour)).toBeNull();
    expect(after(24 * hour + 1)).toBe('silent');
    expect(after(24 * hour + 1, { lastSeenAt: null })).toBe('silent');
    expect(after(30 * hour, { lastSeenAt: start + 10 * hour })).toBeNull();
  });

  test('is no longer silent once it has answered, an order after it too, or proved its erasure', () => {
    const silent = { askedAt: start };
    expect(after(hour, { ...silent, isSuperseded: true })).toBeNull();
    expect(after(hour, { ...silent, state: 'executed', receivedAt: start + 59 * minute })).toBeNull();
    const erasure = { noticedAt: start + 59 * minute, stage: 'accepted' } as const;
    expect(after(hour, { ...silent, erasure })).toBeNull();
    expect(after(hour, { ...silent, kind: 'suspend', erasure })).toBeNull();
  });
});

test('S33 a laptop that refused is alarmed until it answers a later order, or has erased itself', () => {
  const refused = { state: 'refused', receivedAt: start } as const;
  for (const kind of ['suspend', 'resume', 'brick'] as const) {
    expect(after(1, { ...refused, kind })).toBe('refused');
    expect(after(1, { ...refused, kind, isSuperseded: true })).toBeNull();
    const erasure = { noticedAt: start, stage: 'attested' } as const;
    expect(after(hour, { ...refused, kind, erasure })).toBeNull();
  }
});

describe('S33 a brick that was accepted', () => {
  const accepted = { state: 'executed', receivedAt: start } as const;

  test('is unfinished after half an hour without its end proved, however far it came', () => {
    expect(after(30 * minute, accepted)).toBeNull();
    expect(after(30 * minute + 1, accepted)).toBe('unfinished');
    for (const stage of ['accepted', 'keys-destroyed', 'erased'] as const) {
      expect(after(31 * minute, { ...accepted, erasure: { noticedAt: start, stage } })).toBe('unfinished');
    }
    expect(after(31 * minute, { ...accepted, erasure: { noticedAt: start, stage: 'attested' } })).toBeNull();
  });

  test('says the same of a laptop whose lease ran out before the order reached it', () => {
    expect(after(hour, { erasure: { noticedAt: start, stage: 'erased' } })).toBe('unfinished');
  });

  test('S30 is alarmed at once when the laptop was seen at work since, even after its end', () => {
    const erasure = { noticedAt: start, stage: 'attested' } as const;
    expect(after(5, { ...accepted, erasure, rolledBackAt: start + 4 })).toBe('returned');
    expect(after(5, { ...accepted, erasure, rolledBackAt: start - 4 })).toBeNull();
  });

  test('suspend and resume end with their receipt', () => {
    expect(after(48 * hour, { ...accepted, kind: 'suspend' })).toBeNull();
    expect(after(48 * hour, { ...accepted, kind: 'resume' })).toBeNull();
  });
});
