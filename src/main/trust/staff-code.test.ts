import { fromBase64url, pairingCodeOf } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../platform/random.ts';
import { manualClock } from '../platform/testing/manual-clock.ts';
import type { Answer } from '../ports.ts';
import { StaffCode } from './staff-code.ts';
import { allowedTries, lockOut } from './wrong-tries.ts';

const taken = { ok: true, value: {} } as const;
const unreached = { ok: false, refusal: { reason: 'not-connected' } } as const;
const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;
const wrong = 'ZZZZZZ';

/** The laptop's side of the question, and a staff console that reads the code as it is derived there. */
function setUp() {
  const clock = manualClock(1_800_000_000_000);
  const nonces: string[] = [];
  const events: string[] = [];
  const control = {
    asked: async (): Promise<Answer<unknown>> => taken,
    confirmed: async (): Promise<Answer<unknown>> => taken,
  };
  const staff = new StaffCode({
    clock,
    random: systemRandom,
    ask: (nonce) => {
      nonces.push(nonce);
      return control.asked();
    },
    confirm: () => {
      events.push('told');
      return control.confirmed();
    },
    onAsked: () => events.push('asked'),
    onLockedOut: (left) => events.push(`locked out ${left}`),
    onConfirmed: () => events.push('confirmed'),
    onRefused: ({ reason }) => events.push(reason),
  });
  const shown = (nth = -1): Promise<string> => pairingCodeOf(fromBase64url(nonces.at(nth) ?? '') ?? new Uint8Array());
  const asks = async (times = 1): Promise<void> => {
    await expect.poll(() => events.filter((event) => event === 'asked')).toHaveLength(times);
  };
  const start = async (): Promise<void> => {
    staff.start();
    await asks();
  };
  const guess = async (times: number): Promise<unknown[]> => {
    const answers = [];
    for (let tried = 0; tried < times; tried += 1) answers.push(await staff.confirm(wrong));
    return answers;
  };
  return { staff, clock, nonces, events, control, shown, asks, start, guess };
}

describe('S39 the code of the debrief', () => {
  test('is derived from a nonce of 16 bytes that control has from the laptop; typed right, staff are there', async () => {
    const { staff, nonces, events, shown, start } = setUp();
    await start();
    expect(nonces.map((nonce) => fromBase64url(nonce)?.length)).toEqual([16]);
    expect(await staff.confirm(await shown())).toEqual(taken);
    expect(events).toEqual(['asked', 'told', 'confirmed']);
  });

  test('another is not right, and there is none before it was asked, after it was used, or once it is withdrawn', async () => {
    const { staff, events, shown, asks, start } = setUp();
    expect(await staff.confirm(wrong)).toEqual(wrongState);
    await start();
    expect(await staff.confirm(wrong)).toEqual({ ok: false, refusal: { reason: 'wrong-code' } });
    const right = await shown();
    await staff.confirm(right);
    expect(await staff.confirm(right)).toEqual(wrongState);
    staff.start();
    await asks(2);
    expect(await staff.confirm(right)).toEqual({ ok: false, refusal: { reason: 'wrong-code' } });
    staff.stop();
    expect(await staff.confirm(await shown())).toEqual(wrongState);
    expect(events).toEqual(['asked', 'wrong-code', 'told', 'confirmed', 'asked', 'wrong-code']);
  });

  test('five wrong ones shut the door for five minutes, and the code is not the right one any more', async () => {
    const { staff, clock, events, shown, asks, start, guess } = setUp();
    await start();
    const before = await shown();
    const answers = await guess(allowedTries);
    const locked = { ok: false, refusal: { reason: 'locked-out', retryAfter: 300 } };
    const refused = Array.from({ length: allowedTries - 1 }, () => ({ ok: false, refusal: { reason: 'wrong-code' } }));
    expect(answers).toEqual([...refused, locked]);
    expect(await staff.confirm(before)).toEqual(locked);
    expect(events.slice(-2)).toEqual(['locked-out', `locked out ${lockOut}`]);
    clock.pass(lockOut);
    await asks(2);
    expect(await staff.confirm(before)).toEqual({ ok: false, refusal: { reason: 'wrong-code' } });
    expect(await staff.confirm(await shown())).toEqual(taken);
  });

  test('leaving the room and coming back buys no new tries', async () => {
    const { staff, clock, events, asks, start, guess } = setUp();
    await start();
    await guess(allowedTries - 1);
    staff.stop();
    staff.start();
    await asks(2);
    expect(await staff.confirm(wrong)).toMatchObject({ refusal: { reason: 'locked-out' } });
    staff.stop();
    clock.pass(60_000);
    staff.start();
    expect(events.at(-1)).toBe(`locked out ${lockOut - 60_000}`);
    clock.pass(lockOut - 60_000);
    await asks(3);
  });

  test('control is asked again until it has the nonce, always the same', async () => {
    const { staff, clock, nonces, control, start } = setUp();
    control.asked = async () => unreached;
    await start();
    for (let tried = 2; tried <= 6; tried += 1) {
      // The pause begins when the answer has come.
      await new Promise((resolve) => setImmediate(resolve));
      clock.pass(8000);
      await expect.poll(() => nonces.length).toBe(tried);
    }
    control.asked = async () => taken;
    await new Promise((resolve) => setImmediate(resolve));
    clock.pass(8000);
    await expect.poll(() => nonces.length).toBe(7);
    await new Promise((resolve) => setImmediate(resolve));
    clock.pass(60_000);
    expect([nonces.length, new Set(nonces).size]).toEqual([7, 1]);
    staff.stop();
  });

  test('and no more once the room is left', async () => {
    const { staff, clock, nonces, control, start } = setUp();
    control.asked = async () => unreached;
    await start();
    staff.stop();
    await new Promise((resolve) => setImmediate(resolve));
    clock.pass(60_000);
    expect(nonces).toHaveLength(1);
  });

  test('found right while control cannot be told it counts for nothing yet, and can be typed again', async () => {
    const { staff, control, events, shown, start } = setUp();
    await start();
    control.confirmed = async () => unreached;
    expect(await staff.confirm(await shown())).toEqual(unreached);
    expect(events).toEqual(['asked', 'told']);
    control.confirmed = async () => taken;
    expect(await staff.confirm(await shown())).toEqual(taken);
    expect(events.at(-1)).toBe('confirmed');
  });

  test('counts for the stay it was typed in: not when control’s answer comes in the next one', async () => {
    const { staff, control, events, shown, asks, start } = setUp();
    await start();
    let arrive: (answer: Answer<unknown>) => void = () => undefined;
    control.confirmed = () => new Promise((resolve) => (arrive = resolve));
    const confirming = staff.confirm(await shown());
    staff.stop();
    staff.start();
    await asks(2);
    arrive(taken);
    expect(await confirming).toEqual(wrongState);
    expect(events).not.toContain('confirmed');
  });
});
