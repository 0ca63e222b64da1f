import { expect, test } from 'vitest';
import { KeyedQueue } from './keyed-queue.ts';

test('acts on one key run one after the other, also after one that failed; other keys do not wait', async () => {
  const queue = new KeyedQueue();
  const done: string[] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const first = queue.run('a', async () => {
    await gate;
    done.push('a1');
    throw new Error('failed');
  });
  const second = queue.run('a', async () => {
    done.push('a2');
    return 'second';
  });
  await queue.run('b', async () => {
    done.push('b1');
  });
  expect(done).toEqual(['b1']);
  open();
  await expect(first).rejects.toThrow('failed');
  expect(await second).toBe('second');
  await queue.idle();
  expect(done).toEqual(['b1', 'a1', 'a2']);
});
