import { describe, expect, test } from 'vitest';
import { laptopWith, openLaptop, sampleLaptop, settled } from './laptop-testing.ts';
import { manualClock } from './platform/testing/manual-clock.ts';
import type { KeyStoreFaultReason } from './vault/key-store.ts';
import { KeyStoreFault } from './vault/key-store.ts';

const now = Date.UTC(2026, 10, 22, 9);
const laptop = await sampleLaptop(now);
const { fleet } = laptop;
const roster = fleet.approved(fleet.hospitalRoster, fleet.people.hospitalManager);

/** An inert, connected laptop whose key store is asked by what runs next. */
async function inertLaptop() {
  const running = laptopWith(laptop, {}, manualClock(now));
  const rosters = [{ site: fleet.hospital, version: 1 }];
  running.answers['trust.fetch'] = () => ({ manifests: [], more: false, rosters });
  running.answers['trust.roster'] = () => ({ roster });
  running.kiosk.start();
  const socket = running.connect();
  await settled();
  return { ...running, socket };
}

describe('S32 a key store that is gone when the laptop is to be opened', () => {
  test.each<KeyStoreFaultReason>(['missing', 'locked', 'changed'])(
    '(%s) refuses the opening and says so; once it is back the laptop opens, with all it had',
    async (reason) => {
      const { kiosk, keyStore, record, socket, reported, ...rest } = await inertLaptop();
      const running = { kiosk, keyStore, record, reported, ...rest };
      const read = keyStore.read.bind(keyStore);
      const before = record.value.enrolment?.journal;
      keyStore.read = () => {
        throw new KeyStoreFault(reason);
      };
      const refused = await openLaptop(laptop, running, socket, { sequence: 1 });
      expect(refused.answer).toMatchObject({ ok: false, refusal: { reason: 'failed' } });
      expect(kiosk.snapshot.screen.screen).toBe('inert');
      await settled();
      expect(reported().filter((event) => event.startsWith('statement-refused'))).toEqual([
        'statement-refused grant: failed',
      ]);
      expect(record.value.enrolment?.journal).toEqual(before);
      keyStore.read = read;
      socket.terminate();
      const opened = await openLaptop(laptop, running, running.connect(), { sequence: 2 });
      expect(opened.answer).toMatchObject({ ok: true });
      expect(kiosk.snapshot.screen.screen).toBe('open');
    },
  );

  test('(it answers that it has no such secret) makes no new one, which would not fit what is there', async () => {
    const running = await inertLaptop();
    const { kiosk, keyStore, socket } = running;
    const kept = new Map(keyStore.secrets);
    keyStore.secrets.clear();
    const refused = await openLaptop(laptop, running, socket);
    expect(refused.answer).toMatchObject({ ok: false, refusal: { reason: 'failed' } });
    expect([kiosk.snapshot.screen.screen, keyStore.secrets.size, kept.size]).toEqual(['inert', 0, 1]);
  });
});
