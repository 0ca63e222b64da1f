import { describe, expect, test } from 'vitest';
import { manualClock } from '../platform/testing/manual-clock.ts';
import { PowerOff, powerPatience, readableTime } from './power-off.ts';

function deadLaptop(powerOff: () => Promise<void> = () => Promise.resolve()) {
  const clock = manualClock(Date.UTC(2026, 10, 22));
  const said: string[] = [];
  const power = new PowerOff({
    powerSwitch: { dryRun: () => [], powerOff },
    clock,
    onPowerOff: () => said.push('off'),
    onRefused: () => said.push('refused'),
  });
  return { clock, said, power };
}

describe('S34 the power of a dead laptop', () => {
  test('goes once its proof is delivered and its screen could be read', () => {
    const { clock, said, power } = deadLaptop();
    clock.pass(1000);
    power.settled();
    clock.pass(readableTime - 1001);
    expect(said).toEqual([]);
    clock.pass(1);
    expect(said).toEqual(['off']);
  });

  test('goes at once when the delivery took longer than reading', () => {
    const { clock, said, power } = deadLaptop();
    clock.pass(readableTime + 1000);
    power.settled();
    clock.pass(0);
    expect(said).toEqual(['off']);
  });

  test('goes after the patience when control does not take the proof', () => {
    const { clock, said } = deadLaptop();
    clock.pass(powerPatience - 1);
    expect(said).toEqual([]);
    clock.pass(1);
    expect(said).toEqual(['off']);
  });

  test('is asked for again, every minute, by a system that refuses or does nothing', async () => {
    const { clock, said } = deadLaptop(() => Promise.reject(new Error('inhibited')));
    clock.pass(powerPatience);
    await new Promise((resolve) => void setImmediate(resolve));
    clock.pass(60_000);
    await new Promise((resolve) => void setImmediate(resolve));
    expect(said).toEqual(['off', 'refused', 'off', 'refused']);
  });
});
