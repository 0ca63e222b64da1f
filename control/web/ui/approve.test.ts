import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { approve } from './approve.ts';
import type { IncomingMessage, Surroundings } from './approve.ts';

const approver = 'https://approve.example';
const task = { statement: 'c3RhdGVtZW50', credentials: ['Y3JlZGVudGlhbA'] };
const approval = { credential: 'Y3I', clientDataJSON: 'e30', authenticatorData: 'YWQ', signature: 'c2ln' };

/** A browser in which the test is the approver. */
class Scene {
  readonly opened: string[] = [];
  readonly posted: { message: unknown; target: string }[] = [];
  readonly popup = {
    closed: false,
    postMessage: (message: unknown, target: string) => {
      this.posted.push({ message, target });
    },
    close: () => {
      this.popup.closed = true;
    },
  };
  listeners: ((message: IncomingMessage) => void)[] = [];
  readonly surroundings: Surroundings = {
    open: (address) => {
      this.opened.push(address);
      return this.popup;
    },
    onMessage: (listener) => {
      this.listeners.push(listener);
      return () => {
        this.listeners = this.listeners.filter((each) => each !== listener);
      };
    },
    every: (milliseconds, tick) => {
      const timer = setInterval(tick, milliseconds);
      return () => {
        clearInterval(timer);
      };
    },
  };

  say(data: unknown, from: Partial<IncomingMessage> = {}): void {
    for (const listener of this.listeners) listener({ source: this.popup, origin: approver, data, ...from });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('S20 the approver, as a console calls it', () => {
  test('gets the statement once it is ready, and nobody else does', async () => {
    const scene = new Scene();
    const outcome = approve(approver, task, 'cy', scene.surroundings);
    expect(scene.opened).toEqual([`${approver}/`]);
    expect(scene.posted).toEqual([]);
    scene.say({ type: 'ready' });
    scene.say({ type: 'ready' });
    expect(scene.posted).toEqual([{ message: { type: 'approve', ...task, language: 'cy' }, target: approver }]);
    scene.say({ type: 'approved', approval });
    expect(await outcome).toEqual({ result: 'approved', approval });
    expect(scene.popup.closed).toBe(true);
    expect(scene.listeners).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is told the version that a statement follows, for its difference to be shown', () => {
    const scene = new Scene();
    void approve(approver, { ...task, previous: 'cHJldmlvdXM' }, 'en', scene.surroundings);
    scene.say({ type: 'ready' });
    expect(scene.posted[0]?.message).toEqual({ type: 'approve', ...task, previous: 'cHJldmlvdXM', language: 'en' });
  });

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another window', { source: {} }],
  ])('is not heard from %s', async (_, from) => {
    const scene = new Scene();
    const outcome = approve(approver, task, 'en', scene.surroundings);
    scene.say({ type: 'ready' }, from);
    scene.say({ type: 'approved', approval }, from);
    expect(scene.posted).toEqual([]);
    scene.say({ type: 'declined' });
    expect(await outcome).toEqual({ result: 'declined' });
  });

  test('is not heard when it says what the contract does not know', async () => {
    const scene = new Scene();
    const outcome = approve(approver, task, 'en', scene.surroundings);
    scene.say({ type: 'approved', approval: { ...approval, extra: 1 } });
    scene.say('approved');
    scene.say({ type: 'declined' });
    expect(await outcome).toEqual({ result: 'declined' });
  });

  test('that was closed by the person ends the wait', async () => {
    const scene = new Scene();
    const outcome = approve(approver, task, 'en', scene.surroundings);
    scene.say({ type: 'ready' });
    scene.popup.closed = true;
    await vi.advanceTimersByTimeAsync(2000);
    expect(await outcome).toEqual({ result: 'closed' });
  });

  test('is still heard when its answer arrives just after its window closed', async () => {
    const scene = new Scene();
    const outcome = approve(approver, task, 'en', scene.surroundings);
    scene.say({ type: 'ready' });
    scene.popup.closed = true;
    await vi.advanceTimersByTimeAsync(300);
    scene.say({ type: 'approved', approval });
    expect(await outcome).toEqual({ result: 'approved', approval });
  });

  test('that the browser did not open is said to be blocked', async () => {
    const scene = new Scene();
    const surroundings = { ...scene.surroundings, open: () => null };
    expect(await approve(approver, task, 'en', surroundings)).toEqual({ result: 'blocked' });
  });

  test('that never becomes ready is given up, but one that is ready is waited for', async () => {
    const silent = approve(approver, task, 'en', new Scene().surroundings);
    const scene = new Scene();
    const patient = approve(approver, task, 'en', scene.surroundings);
    scene.say({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await silent).toEqual({ result: 'silent' });
    scene.say({ type: 'declined' });
    expect(await patient).toEqual({ result: 'declined' });
  });
});
