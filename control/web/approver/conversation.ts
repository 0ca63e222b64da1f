import { approverRequest, decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { ApproverReply, ApproverRequest, Statement } from '@sallyport/protocol';

/** The console's window, as far as the approver may touch it. */
export interface ConsoleWindow {
  postMessage(message: unknown, targetOrigin: string): void;
}

/** A message that reached this page. */
export interface IncomingMessage {
  source: unknown;
  origin: string;
  data: unknown;
}

/** What the approver was asked for, read and understood. */
export interface Asked {
  language: ApproverRequest['language'];
  /** The exact bytes to approve, and what they say; undefined when this page does not know what they say. */
  understood: Understood | undefined;
}

/** A request in which everything could be read. */
export interface Understood {
  bytes: Uint8Array<ArrayBuffer>;
  statement: Statement;
  /** What the console says are the exact bytes of the version that a manifest or roster follows. */
  previous: Uint8Array<ArrayBuffer> | undefined;
  credentials: Uint8Array<ArrayBuffer>[];
}

/** The approver's side of the conversation with the console that opened it. */
export interface Conversation {
  reply(reply: ApproverReply): void;
}

/**
 * Tells the console that the page is ready, and takes exactly one request from it.
 * @param opener the window that opened this one
 * @param consoleOrigin the only origin that may ask
 * @param onMessage subscribes to this window's messages
 * @param onAsked receives the request, once
 */
export function converse(
  opener: ConsoleWindow,
  consoleOrigin: string,
  onMessage: (listener: (message: IncomingMessage) => void) => void,
  onAsked: (asked: Asked) => void,
): Conversation {
  let taken = false;
  onMessage((message) => {
    // SECURITY: only the console this approver was configured with, and only the window that opened it (S20).
    if (message.origin !== consoleOrigin || message.source !== opener || taken) return;
    const request = approverRequest.safeParse(message.data);
    if (!request.success) return;
    // SECURITY: what is on the screen never changes under the person's finger: the first request is the only one (S20).
    taken = true;
    onAsked({ language: request.data.language, understood: understand(request.data) });
  });
  // SECURITY: an explicit target, never '*': another page in the opener hears nothing (S20).
  const reply = (message: ApproverReply) => {
    opener.postMessage(message, consoleOrigin);
  };
  reply({ type: 'ready' });
  return { reply };
}

function understand(request: ApproverRequest): Understood | undefined {
  const bytes = fromBase64url(request.statement);
  const statement = bytes && decodeStatement(bytes);
  const credentials = request.credentials.map(fromBase64url).filter((id) => id !== undefined);
  if (bytes === undefined || statement === undefined || credentials.length !== request.credentials.length) {
    return undefined;
  }
  const previous = request.previous === undefined ? undefined : fromBase64url(request.previous);
  if (previous === undefined && request.previous !== undefined) return undefined;
  return { bytes, statement, previous, credentials };
}
