import { describe, expect, test } from 'vitest';
import { laptopWith, orderOf, sampleLaptop, until } from './laptop-testing.ts';
import { manualClock } from './platform/testing/manual-clock.ts';
import type { Enrolment } from './record.ts';

const now = Date.UTC(2026, 10, 22, 9);
const laptop = await sampleLaptop(now);
const setUp = (changes: Partial<Enrolment> | null = {}, at = now) => laptopWith(laptop, changes, manualClock(at));
const order = (kind: 'suspend' | 'resume' | 'brick', sequence: number) => orderOf(laptop, now, kind, sequence);

describe('a start', () => {
  test('of a blank laptop shows the enrolment and touches no network', () => {
    const { kiosk, sockets } = setUp(null);
    kiosk.start();
    expect([kiosk.snapshot.screen.screen, sockets.length]).toEqual(['blank', 0]);
  });

  test('of an enrolled laptop is inert with one socket; a code is shown once control is reached (S2)', async () => {
    const { kiosk, sockets, connect } = setUp();
    kiosk.start();
    expect(kiosk.snapshot.screen).toMatchObject({ screen: 'inert', pairing: { state: 'unavailable' }, notice: null });
    connect();
    await expect
      .poll(() => kiosk.snapshot.screen)
      .toMatchObject({ screen: 'inert', link: 'connected', pairing: { state: 'shown' } });
    expect(sockets).toHaveLength(1);
  });

  test('after an activation that was cut off says so, and reports it (S1)', async () => {
    const { kiosk, connect } = setUp({ openGrant: 4 });
    kiosk.start();
    expect(kiosk.snapshot.screen).toMatchObject({ screen: 'inert', notice: 'restarted' });
    const socket = connect();
    await until('it is reported', () => socket.sent.some((frame) => frame['method'] === 'activation.ended'));
    const fetch = socket.sent.find((frame) => frame['method'] === 'trust.fetch');
    expect(fetch).toMatchObject({ params: { afterManifest: 1 } });
    expect(socket.sent).toContainEqual(
      expect.objectContaining({ method: 'activation.ended', params: { grant: 4, reason: 'restarted' } }),
    );
  });

  test('suspended by an order it stays suspended', () => {
    const { kiosk } = setUp({ suspendedByOrder: true });
    kiosk.start();
    expect(kiosk.snapshot.screen).toMatchObject({ screen: 'suspended', by: 'order' });
  });
});

describe('S5 S7 orders', () => {
  test('suspend and resume, answered with receipts, durable', async () => {
    const { kiosk, connect, asks, record } = setUp();
    kiosk.start();
    const socket = connect();
    expect(await asks(socket, 1, 'order.execute', { order: order('suspend', 1) })).toMatchObject({ ok: true });
    expect([kiosk.snapshot.screen.screen, record.value.enrolment?.suspendedByOrder]).toEqual(['suspended', true]);
    expect(await asks(socket, 2, 'grant.open', {})).toMatchObject({ ok: false });
    expect(await asks(socket, 3, 'order.execute', { order: order('resume', 2) })).toMatchObject({ ok: true });
    expect([kiosk.snapshot.screen.screen, record.value.enrolment?.suspendedByOrder]).toEqual(['inert', false]);
    expect(record.value.enrolment?.trust.counters).toHaveLength(1);
  });
});

describe('the page', () => {
  test('sets the language, and it lasts', async () => {
    const { kiosk, record, shown } = setUp();
    kiosk.start();
    expect(await kiosk.handlers['set-language']({ language: 'cy' })).toEqual({ ok: true, value: {} });
    expect([record.value.language, shown.at(-1)?.language]).toEqual(['cy', 'cy']);
  });

  test('an enrolment that fails says why', async () => {
    const { kiosk } = setUp(null);
    kiosk.start();
    expect(await kiosk.handlers.enrol({ ticket: 'nonsense' })).toEqual({ ok: false, refusal: { reason: 'failed' } });
    expect(kiosk.snapshot.screen).toEqual({ screen: 'blank', busy: false, problem: 'malformed-ticket' });
  });

  test('cannot join while the laptop is inert (S1)', async () => {
    const { kiosk } = setUp();
    kiosk.start();
    expect(await kiosk.handlers.join({})).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
  });
});
