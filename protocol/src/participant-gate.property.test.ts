import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effort, seed, tried } from '../../test/harness/effort.ts';
import {
  added,
  ids,
  joined,
  left,
  paused,
  phase,
  rao,
  removed,
  setUp,
  settle,
} from '../../test/harness/played-gate.ts';
import type { ParticipantGate } from './participants.ts';
import type { ProducerInfo, RoomNotification } from './room.ts';

/** What may be seen after some steps, found the plain way. */
class Model {
  readonly known = new Map<string, { shown: boolean; producers: Map<string, boolean> }>();

  take(step: Step, trust: ReadonlySet<string>): void {
    if (step.do === 'trust') {
      for (const [id, one] of this.known) one.shown = trust.has(id);
    } else if (step.do === 'join') {
      this.known.set(step.who, { shown: trust.has(step.who), producers: new Map() });
    } else if (step.do === 'leave') this.known.delete(step.who);
    else this.#takeProducer(step);
  }

  #takeProducer(step: Extract<Step, { what: string }>): void {
    const of = this.#of(step.what);
    if ('who' in step) {
      if (of === undefined) this.known.get(step.who)?.producers.set(step.what, false);
    } else if (step.do === 'pause') of?.set(step.what, true);
    else of?.delete(step.what);
  }

  #of(producer: string): Map<string, boolean> | undefined {
    return [...this.known.values()].find(({ producers }) => producers.has(producer))?.producers;
  }

  get seen(): string[] {
    return [...this.known].flatMap(([id, { shown, producers }]) =>
      shown ? [id, ...[...producers].map(([producer, muted]) => `${id} ${producer} ${String(muted)}`)] : [],
    );
  }
}

/** What a page makes of what it is told. @throws when it is told of something it has not been shown */
class Page {
  readonly known = new Map<string, Map<string, boolean>>();

  hear(notification: RoomNotification): void {
    const { method, params } = notification;
    if (method === 'room.participantJoined') this.known.set(params.participant.id, new Map());
    else if (method === 'room.participantLeft') this.#left(params.participant);
    else if (method === 'room.producerAdded') this.#added(params.producer);
    else if (method === 'room.producerPaused') this.#of(params.producer).set(params.producer, true);
    else if (method === 'room.producerRemoved') this.#of(params.producer).delete(params.producer);
  }

  #left(participant: string): void {
    if (!this.known.delete(participant)) throw new Error('left before joining');
  }

  #added({ participant, producer, paused }: ProducerInfo): void {
    const of = this.known.get(participant);
    if (of === undefined) throw new Error('a producer of nobody');
    of.set(producer, paused);
  }

  #of(producer: string): Map<string, boolean> {
    const of = [...this.known.values()].find((producers) => producers.has(producer));
    if (of === undefined) throw new Error('an unknown producer');
    return of;
  }

  get seen(): string[] {
    return [...this.known].flatMap(([id, producers]) => [
      id,
      ...[...producers].map(([producer, muted]) => `${id} ${producer} ${String(muted)}`),
    ]);
  }
}

type Step =
  | { do: 'join'; who: string }
  | { do: 'leave'; who: string }
  | { do: 'add'; who: string; what: string }
  | { do: 'pause' | 'remove'; what: string }
  /** Trust becomes this, and everybody is judged anew. */
  | { do: 'trust'; in: string[] };

const who = fc.constantFrom(...ids);
const what = fc.constantFrom('p', 'q', 'r', 's');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), who }),
  fc.record({ do: fc.constant('add' as const), who, what }),
  fc.record({ do: fc.constantFrom('pause' as const, 'remove' as const), what }),
  fc.record({ do: fc.constant('trust' as const), in: fc.subarray(ids) }),
);

function notificationOf(taken: Exclude<Step, { do: 'trust' }>): RoomNotification {
  switch (taken.do) {
    case 'join':
      return joined(taken.who);
    case 'leave':
      return left(taken.who);
    case 'add':
      return added(taken.who, taken.what);
    case 'pause':
      return paused(taken.what);
    case 'remove':
      return removed(taken.what);
    default:
      return taken satisfies never;
  }
}

describe('S25 whatever the room says, in whatever order, and however long verifying takes', () => {
  test('what is seen is what trust says of it, and nobody is seen whom it has not just accepted', async () => {
    const runs = effort(150, 4000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat(2), { minLength: 1, maxLength: 20 }),
        async (steps, delays, gaps) => {
          const { gate, trust, told, join, receive, take } = setUp([rao]);
          let turn = 0;
          take(() => delays[turn++ % delays.length] ?? 0);
          const model = new Model();
          await join();
          for (const [index, each] of steps.entries()) {
            if (each.do === 'trust') {
              // Trust is one thing for all: it moves when what was heard before it has been judged.
              await settleAll(gate, told);
              trust.clear();
              for (const id of each.in) trust.add(id);
              gate.recheck();
            } else gate.heard(notificationOf(each));
            model.take(each, trust);
            for (let gap = gaps[index % gaps.length] ?? 0; gap > 0; gap -= 1) await settle();
          }
          await settleAll(gate, told);
          const page = new Page();
          for (const each of told) page.hear(each);
          expect(page.seen.sort()).toEqual(model.seen.sort());
          for (const producer of ['p', 'q', 'r', 's']) {
            const isSeen = model.seen.some((line) => line.split(' ')[1] === producer);
            expect((await receive(producer)).ok).toBe(isSeen);
          }
        },
      ),
      { numRuns: runs, ...seed() },
    );
    tried('interleavings of a room', runs);
  });
});

/** Waits until the gate has worked everything off: a phase that is heard last has come through. */
async function settleAll(gate: ParticipantGate, told: readonly RoomNotification[]): Promise<void> {
  const phases = () => told.filter(({ method }) => method === 'room.phase').length;
  const before = phases();
  gate.heard(phase);
  while (phases() === before) await settle();
}
