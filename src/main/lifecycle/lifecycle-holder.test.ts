import { expect, test } from 'vitest';
import { LifecycleHolder } from './lifecycle-holder.ts';
import type { LifecycleEffect } from './lifecycle.ts';

function setUp(onEffect: (effect: LifecycleEffect, holder: LifecycleHolder) => void) {
  const logged: unknown[] = [];
  const log = { info: (facts: object) => void logged.push(facts), warn: () => undefined, error: () => undefined };
  const changes: string[] = [];
  const holder: LifecycleHolder = new LifecycleHolder({
    initial: { name: 'inert', notice: null },
    log,
    run: (effect) => onEffect(effect, holder),
    onChange: (state, previous) => void changes.push(`${previous.name}>${state.name}`),
  });
  return { holder, changes, logged };
}

test('an event raised by an effect is taken after the present one is finished', () => {
  const effects: string[] = [];
  const { holder, changes } = setUp((effect, own) => {
    if (effect.type === 'wipe') own.dispatch({ type: 'erased' });
    effects.push(effect.type);
  });
  holder.dispatch({ type: 'erase' });
  expect(holder.state.name).toBe('dead');
  expect(effects).toEqual(['wipe', 'stop-link']);
  expect(changes).toEqual(['inert>wiping', 'wiping>dead']);
});

test('one info line a transition, and none for an event that means nothing', () => {
  const { holder, logged } = setUp(() => undefined);
  holder.dispatch({ type: 'room-left', reason: 'left' });
  holder.dispatch({ type: 'suspended', by: 'order' });
  expect(logged).toEqual([{ from: 'inert', to: 'suspended', event: 'suspended' }]);
});
