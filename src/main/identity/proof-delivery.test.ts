import type { ErasureProof } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../platform/testing/manual-clock.ts';
import type { ControlHttpAnswer, ControlHttpRequest } from './control-http.ts';
import type { ProofWay } from './proof-delivery.ts';
import { impatient, postingProof, ProofDelivery } from './proof-delivery.ts';

const proofNumber = (number: number): ErasureProof => ({
  receipt: null,
  notice: { notice: 'bm90aWNl', signature: 'c2ln' },
  report: { report: `cmVwb3J0${number}`, signature: 'c2ln' },
});
const [first, second] = [proofNumber(1), proofNumber(2)];
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A way whose answers the test gives. */
function way(...answers: boolean[]): { sent: ErasureProof[]; send: ProofWay } {
  const sent: ErasureProof[] = [];
  const send = (proof: ErasureProof): Promise<boolean> => {
    sent.push(proof);
    const answer = answers.shift();
    return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer);
  };
  return { sent, send };
}

function deliveryOver(...ways: ProofWay[]) {
  const clock = manualClock(Date.UTC(2026, 10, 22));
  const delivered: ErasureProof[] = [];
  const delivery = new ProofDelivery({ ways, clock, onDelivered: (proof) => delivered.push(proof) });
  return { clock, delivered, delivery };
}

describe('S33 the delivery of a proof', () => {
  test('is repeated, less and less often, until control acknowledges, and then no more', async () => {
    const { sent, send } = way(...Array.from({ length: 12 }, () => false), true);
    const { clock, delivered, delivery } = deliveryOver(send);
    delivery.offer(first);
    const waits = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map((seconds) => seconds * 1000);
    for (const wait of waits) {
      await settled();
      const before = sent.length;
      clock.pass(wait - 1);
      expect(sent).toHaveLength(before);
      clock.pass(1);
      expect(sent).toHaveLength(before + 1);
    }
    await settled();
    expect(delivered).toEqual([first]);
    clock.pass(3_600_000);
    expect(sent).toHaveLength(13);
  });

  test('takes the next way when one is not open, each time again', async () => {
    const link = way(false, true);
    const post = way(false);
    const { clock, delivered, delivery } = deliveryOver(link.send, post.send);
    delivery.offer(first);
    await settled();
    clock.pass(1000);
    await settled();
    expect([link.sent.length, post.sent.length, delivered.length]).toEqual([2, 1, 1]);
  });

  test('of a newer one takes the older one’s place, at once', async () => {
    const { sent, send } = way(false, true);
    const { delivered, delivery } = deliveryOver(send);
    delivery.offer(first);
    await settled();
    const taken = delivery.taken();
    delivery.offer(second);
    await taken;
    expect([sent, delivered]).toEqual([[first, second], [second]]);
  });

  test('a newer one that comes while the older is on its way follows it', async () => {
    const { sent, send } = way(true, true);
    const { delivered, delivery } = deliveryOver(send);
    delivery.offer(first);
    delivery.offer(second);
    delivery.offer(structuredClone(second));
    await delivery.taken();
    expect([sent, delivered]).toEqual([
      [first, second],
      [first, second],
    ]);
  });

  test('a way that fails or hangs counts as closed', async () => {
    const clock = manualClock(Date.UTC(2026, 10, 22));
    const hanging = impatient(way().send, clock, 3000);
    const failing: ProofWay = () => Promise.reject(new Error('no network'));
    const { delivered, delivery } = deliveryOver(failing, hanging, way(true).send);
    delivery.offer(first);
    await settled();
    expect(delivered).toEqual([]);
    clock.pass(3000);
    await settled();
    expect(delivered).toEqual([first]);
  });

  test('once stopped, tries no more', async () => {
    const { sent, send } = way(false, true);
    const { clock, delivery } = deliveryOver(send);
    delivery.offer(first);
    delivery.stop();
    await settled();
    clock.pass(3_600_000);
    expect(sent).toHaveLength(1);
  });
});

describe('S33 a proof that is posted', () => {
  const postingWith = (answer: ControlHttpAnswer) => {
    const asked: ControlHttpRequest[] = [];
    const exchange = (request: ControlHttpRequest): Promise<ControlHttpAnswer> => {
      asked.push(request);
      return Promise.resolve(answer);
    };
    return { asked, post: postingProof({ address: '127.0.0.1:8445', caCertificate: 'PEM', exchange }) };
  };

  test('goes to control’s enrolment port, trusting the pinned authority alone', async () => {
    const { asked, post } = postingWith({ outcome: 'answered', status: 200, value: {} });
    expect(await post(first)).toBe(true);
    const trust = { caCertificate: 'PEM' };
    expect(asked).toEqual([{ address: '127.0.0.1:8445', method: 'POST', path: '/erasure', trust, body: first }]);
  });

  test.each([
    { outcome: 'not-reachable' },
    { outcome: 'malformed' },
    { outcome: 'answered', status: 500, value: undefined },
    { outcome: 'answered', status: 404, value: {} },
    { outcome: 'answered', status: 302, value: {} },
  ] as const)('is not taken by %o', async (answer) => {
    expect(await postingWith(answer).post(first)).toBe(false);
  });
});
