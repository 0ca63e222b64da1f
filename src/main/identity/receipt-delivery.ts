import type { SignedReceipt } from '@sallyport/protocol';
import type { Clock, Timer } from '../platform/clock.ts';
import type { ControlHttpAnswer, ControlHttpRequest } from './control-http.ts';

/** What {@link deliverReceipt} needs. */
export interface ReceiptDelivery {
  readonly receipt: SignedReceipt;
  /** host:port of control's enrolment port. */
  readonly address: string;
  /** The only certificate authority to trust there, PEM. */
  readonly caCertificate: string;
  readonly exchange: (request: ControlHttpRequest) => Promise<ControlHttpAnswer>;
  readonly clock: Clock;
  /** Called once control has said that the receipt is durable there. */
  readonly onDelivered: () => void;
}

const firstWait = 1000;
const longestWait = 5 * 60_000;

/**
 * Posts a receipt to control until it is taken: how a laptop without an identity proves its erasure.
 * @returns stops trying
 */
export function deliverReceipt(delivery: ReceiptDelivery): () => void {
  let timer: Timer | undefined;
  let isStopped = false;
  const attempt = async (wait: number): Promise<void> => {
    const isTaken = await post(delivery);
    if (isStopped) return;
    if (isTaken) delivery.onDelivered();
    else timer = delivery.clock.setTimer(wait, () => void attempt(Math.min(wait * 2, longestWait)));
  };
  void attempt(firstWait);
  return () => {
    isStopped = true;
    timer?.cancel();
  };
}

async function post({ address, caCertificate, receipt, exchange }: ReceiptDelivery): Promise<boolean> {
  const request = { address, method: 'POST', path: '/receipt', trust: { caCertificate }, body: receipt } as const;
  const answer = await exchange(request);
  return answer.outcome === 'answered' && answer.status >= 200 && answer.status < 300;
}
