import { approverReply } from '@sallyport/protocol';
import type { Approval, ApprovalTask, ApproverRequest } from '@sallyport/protocol';

/** How an approval ended. Closed; every result but `approved` has words in the catalogues. */
export type ApprovalOutcome =
  { result: 'approved'; approval: Approval } | { result: 'declined' | 'closed' | 'blocked' | 'silent' };

/** What of a task the approver is told. */
type ApprovableTask = Pick<ApprovalTask, 'statement' | 'credentials' | 'previous'>;

/** The approver's window, as far as a console may touch a page of another origin. */
export interface ApproverWindow {
  readonly closed: boolean;
  postMessage(message: unknown, targetOrigin: string): void;
  close(): void;
}

/** A message that reached this page, from whom and from where. */
export interface IncomingMessage {
  source: unknown;
  origin: string;
  data: unknown;
}

/** The browser around an approval; injected so that tests can be the approver. */
export interface Surroundings {
  open(address: string): ApproverWindow | null;
  onMessage(listener: (message: IncomingMessage) => void): () => void;
  /** Calls back again and again, every so many milliseconds. */
  every(milliseconds: number, tick: () => void): () => void;
}

const tickMilliseconds = 250;
/** The approver's page must say `ready` within this. */
const readyTicks = 30_000 / tickMilliseconds;
/** A reply may still be under way when its window is already closed. */
const graceTicks = 4;

/**
 * Opens the approver in a window of its own, hands it a statement, and waits for the person's answer.
 * Call it from a click, or the browser blocks the window.
 * @param approver the approver's origin, as control's session names it
 * @param task the statement, the passkeys that may approve it, and the version that it follows
 * @returns the approval, or how it ended without one
 */
export function approve(
  approver: string,
  task: ApprovableTask,
  language: ApproverRequest['language'],
  surroundings: Surroundings = browser,
): Promise<ApprovalOutcome> {
  const request: ApproverRequest = { type: 'approve', ...pick(task), language };
  return new Promise((resolve) => {
    let asked = false;
    let waited = 0;
    let gone = 0;
    const popup = surroundings.open(`${approver}/`);
    if (popup === null) {
      resolve({ result: 'blocked' });
      return;
    }
    const finish = (outcome: ApprovalOutcome) => {
      stopListening();
      stopTicking();
      if (!popup.closed) popup.close();
      resolve(outcome);
    };
    const stopListening = surroundings.onMessage((message) => {
      // SECURITY: exactly this window at exactly this origin; any page can send messages to any window (S20).
      if (message.source !== popup || message.origin !== approver) return;
      const reply = approverReply.safeParse(message.data);
      if (!reply.success) return;
      if (reply.data.type !== 'ready') finish(outcomeOf(reply.data));
      else if (!asked) {
        asked = true;
        // SECURITY: only the approver's origin can read what is to be approved (S20).
        popup.postMessage(request, approver);
      }
    });
    const stopTicking = surroundings.every(tickMilliseconds, () => {
      if (popup.closed) gone += 1;
      else if (!asked) waited += 1;
      if (gone >= graceTicks) finish({ result: 'closed' });
      else if (waited >= readyTicks) finish({ result: 'silent' });
    });
  });
}

function pick({ statement, credentials, previous }: ApprovableTask) {
  return { statement, credentials, ...(previous === undefined ? {} : { previous }) };
}

function outcomeOf(reply: { type: 'approved'; approval: Approval } | { type: 'declined' }): ApprovalOutcome {
  switch (reply.type) {
    case 'approved':
      return { result: 'approved', approval: reply.approval };
    case 'declined':
      return { result: 'declined' };
    default:
      return reply satisfies never;
  }
}

const browser: Surroundings = {
  open: (address) => window.open(address, 'sallyport-approver', 'popup,width=640,height=860'),
  onMessage(listener) {
    window.addEventListener('message', listener);
    return () => {
      window.removeEventListener('message', listener);
    };
  },
  every(milliseconds, tick) {
    const timer = window.setInterval(tick, milliseconds);
    return () => {
      window.clearInterval(timer);
    };
  },
};
