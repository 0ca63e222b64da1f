import { setTimeout as pause } from 'node:timers/promises';
import { openLaptop, orderOf } from '../../src/main/laptop-testing.ts';
import type { SampleLaptop } from '../../src/main/laptop-testing.ts';
import { electronStore } from './kept-things.ts';
import { enrolledLaptop, playLaptop } from './played-laptop.ts';
import type { Learnt, PlayedLaptop } from './played-laptop.ts';
import { tell, tryTo } from './telling.ts';

const learns = (learnt: Learnt): void => tell({ learns: learnt });

/**
 * An enrolled laptop comes into contact (0), is opened (1) and locked (2), suspended (3), resumed (4) and bricked (5). Each is
 * kept once control has the laptop's answer to it.
 */
export async function laptopScript(folder: string): Promise<() => Promise<void>> {
  const sample = await enrolledLaptop(folder);
  await electronStore();
  return async () => {
    tell({ tries: 0 });
    const laptop = await playLaptop(folder, { onLearnt: learns, sample });
    if (laptop.outcome !== 'played') throw new Error(laptop.outcome);
    tell({ keeps: 0 });
    await tryTo(1, () => open(sample, laptop));
    await tryTo(2, () => must(laptop, 'activation.lock', {}));
    for (const [index, kind] of (['suspend', 'resume', 'brick'] as const).entries()) {
      const order = orderOf(sample, Date.now(), kind, index + 1);
      await tryTo(index + 3, () => must(laptop, 'order.execute', { order }));
    }
    await laptop.ended;
  };
}

async function open(sample: SampleLaptop, laptop: PlayedLaptop): Promise<void> {
  const { answer } = await openLaptop(sample, laptop, laptop.socket);
  if (!isDone(answer)) throw new Error(JSON.stringify(answer));
}

async function must({ ask }: PlayedLaptop, method: string, params: unknown): Promise<void> {
  const answer = await ask(method, params);
  if (!isDone(answer)) throw new Error(JSON.stringify(answer));
}

function isDone(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === true;
}

/** What the next start comes to, and the ones behind it when it erases itself. */
export async function nextStartScript(folder: string): Promise<() => Promise<void>> {
  await electronStore();
  return async () => {
    for (let start = 1; start <= 3; start += 1) {
      const laptop = await playLaptop(folder, { onLearnt: learns });
      if (laptop.outcome === 'refused') throw new Error(laptop.reason);
      if (laptop.outcome === 'wiped') {
        tell({ ends: 'dead' });
        return;
      }
      const { screen } = laptop.kiosk.snapshot.screen;
      if (screen !== 'wiping') {
        // What it reports besides its start comes at once.
        await pause(50);
        tell({ shows: screen });
        return;
      }
      await laptop.ended;
    }
    throw new Error('the wipe comes to no end');
  };
}
