import { decodeFrame, hello, protocolVersion } from '@sallyport/protocol';
import type { CloseReason, Hello } from '@sallyport/protocol';
import type { RawData, WebSocket } from 'ws';

/** How long a new connection has to say hello, ms. */
export const helloTimeout = 10_000;

export type HelloOutcome = { hello: Hello } | { close: CloseReason } | { gone: true };

/**
 * Waits for the first frame of a new connection.
 * @param timeout milliseconds
 * @returns the hello, or with which code to close, or that the peer went away
 */
export async function receiveHello(socket: WebSocket, timeout = helloTimeout): Promise<HelloOutcome> {
  return new Promise((resolve) => {
    const settle = (outcome: HelloOutcome): void => {
      clearTimeout(timer);
      socket.off('message', heard);
      socket.off('close', gone);
      resolve(outcome);
    };
    const heard = (data: RawData, isBinary: boolean): void => settle(read(data, isBinary));
    const gone = (): void => settle({ gone: true });
    const timer = setTimeout(() => settle({ close: 'handshake-timeout' }), timeout);
    socket.on('message', heard);
    socket.on('close', gone);
  });
}

function read(data: RawData, isBinary: boolean): HelloOutcome {
  const text = isBinary || !Buffer.isBuffer(data) ? undefined : data.toString('utf8');
  const parsed = text === undefined ? undefined : decodeFrame(text, hello);
  if (parsed === undefined) return { close: 'malformed' };
  return parsed.versions.includes(protocolVersion) ? { hello: parsed } : { close: 'unsupported-version' };
}
