import { fromBase64url, pairingCodeOf } from '@sallyport/protocol';
import { describe, expect, test, vi } from 'vitest';
import { systemRandom } from '../platform/random.ts';
import { manualClock } from '../platform/testing/manual-clock.ts';
import { codeLifetime, Pairing } from './pairing.ts';
import { keptInMemory } from './testing/kept-in-memory.ts';
import { allowedTries, lockOut, noTries } from './wrong-tries.ts';
import type { KeptTries } from './wrong-tries.ts';

const grantLifetime = 5 * 60_000;
const wrong = 'ZZZZZZ';

async function setUp(kept = keptInMemory<KeptTries>(noTries)) {
  const clock = manualClock(1_800_000_000_000);
  let changes = 0;
  const pairing = new Pairing({
    kept,
    clock,
    random: systemRandom,
    grantLifetime: () => grantLifetime,
    onChange: () => (changes += 1),
  });
  await pairing.start();
  const shown = (): string => (pairing.view.state === 'shown' ? pairing.view.code : pairing.view.state);
  const minutePasses = async (): Promise<void> => {
    const before = changes;
    clock.pass(codeLifetime);
    // The next code is made of a digest, which takes its time.
    await vi.waitUntil(() => changes > before);
  };
  return { pairing, clock, kept, shown, minutePasses, changes: () => changes };
}

function nonceOf(answer: ReturnType<Pairing['check']>): string {
  if (!answer.ok) throw new Error(answer.refusal.reason);
  return answer.value.nonce;
}

describe('S5 the pairing code proves that who opens the laptop stands at it', () => {
  test('the code on the screen is derived from the nonce that goes into the grant', async () => {
    const { pairing, shown } = await setUp();
    const nonce = nonceOf(pairing.check(shown()));
    expect(await pairingCodeOf(fromBase64url(nonce) ?? new Uint8Array())).toBe(shown());
    expect(fromBase64url(nonce)).toHaveLength(16);
  });

  test('a fresh one every minute', async () => {
    const { shown, minutePasses } = await setUp();
    const first = shown();
    await minutePasses();
    expect(shown()).not.toBe(first);
  });

  test('the one before may still be typed, the one before that may not', async () => {
    const { pairing, shown, minutePasses } = await setUp();
    const first = shown();
    await minutePasses();
    const second = shown();
    await minutePasses();
    expect(pairing.check(first)).toEqual({ ok: false, refusal: { reason: 'wrong-code' } });
    expect(pairing.check(second).ok).toBe(true);
  });

  test('a typed code stays on the screen, and its grant may come, for as long as an approval may take', async () => {
    const { pairing, shown, minutePasses } = await setUp();
    const code = shown();
    const nonce = nonceOf(pairing.check(code));
    for (let minute = 0; minute < 4; minute += 1) await minutePasses();
    expect(shown()).toBe(code);
    expect(pairing.redeem(nonce)).toBe(true);
  });

  test('and no longer', async () => {
    const { pairing, shown, minutePasses } = await setUp();
    const nonce = nonceOf(pairing.check(shown()));
    for (let minute = 0; minute < 5; minute += 1) await minutePasses();
    expect(pairing.redeem(nonce)).toBe(false);
  });

  test('a nonce opens once', async () => {
    const { pairing, shown } = await setUp();
    const nonce = nonceOf(pairing.check(shown()));
    expect([pairing.redeem(nonce), pairing.redeem(nonce)]).toEqual([true, false]);
  });

  test('a nonce whose code nobody typed opens nothing', async () => {
    const { pairing } = await setUp();
    expect(pairing.redeem('AAAAAAAAAAAAAAAAAAAAAA')).toBe(false);
  });

  test('stopped, it shows nothing and opens nothing', async () => {
    const { pairing, shown } = await setUp();
    const nonce = nonceOf(pairing.check(shown()));
    pairing.stop();
    expect(pairing.view).toEqual({ state: 'unavailable' });
    expect(pairing.redeem(nonce)).toBe(false);
  });
});

describe('S17 wrong codes', () => {
  test('five in a row lock out for five minutes, the right code too', async () => {
    const { pairing, shown, clock, changes } = await setUp();
    const code = shown();
    for (let tried = 1; tried < allowedTries; tried += 1) expect(pairing.check(wrong)).toMatchObject({ ok: false });
    const before = changes();
    expect(pairing.check(wrong)).toEqual({ ok: false, refusal: { reason: 'locked-out', retryAfter: lockOut / 1000 } });
    expect(changes()).toBeGreaterThan(before);
    expect(pairing.view).toEqual({ state: 'locked-out', until: clock.now() + lockOut });
    expect(pairing.check(code)).toMatchObject({ refusal: { reason: 'locked-out' } });
    clock.pass(lockOut);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pairing.check(shown()).ok).toBe(true);
  });

  test('count over restarts', async () => {
    const kept = keptInMemory<KeptTries>(noTries);
    for (let start = 1; start < allowedTries; start += 1) {
      const { pairing } = await setUp(kept);
      expect(pairing.check(wrong)).toEqual({ ok: false, refusal: { reason: 'wrong-code' } });
    }
    const { pairing } = await setUp(kept);
    expect(pairing.check(wrong)).toMatchObject({ refusal: { reason: 'locked-out' } });
    expect((await setUp(kept)).pairing.view.state).toBe('locked-out');
  });

  test('are counted before they are answered: on a disk that fails nothing is told', async () => {
    const { pairing, kept } = await setUp();
    kept.fault = new Error('disk');
    expect(() => pairing.check(wrong)).toThrow('disk');
  });

  test('are forgotten after a right one', async () => {
    const { pairing, shown, kept } = await setUp();
    pairing.check(wrong);
    pairing.check(shown());
    expect(kept.value).toEqual(noTries);
  });

  test('a clock that was set back locks nobody out for longer', async () => {
    const { pairing, clock } = await setUp();
    for (let tried = 0; tried < allowedTries; tried += 1) pairing.check(wrong);
    clock.setWallClock(clock.now() - 10 * 365 * 86_400_000);
    expect(pairing.view).toEqual({ state: 'locked-out', until: clock.now() + lockOut });
  });
});
