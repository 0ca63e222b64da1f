import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { roomSocketPath } from '@sallyport/protocol';
import { WebSocket } from 'ws';

/** What became of opening a room socket: open, turned away by HTTP, or closed at once. */
export type Knocked = { socket: WebSocket } | { status: number } | { closed: number };

/**
 * Opens the consultants' room socket by program.
 * @param console the consoles' origin
 */
export async function openRoomSocket(console: string, headers: OutgoingHttpHeaders): Promise<Knocked> {
  const address = `${console.replace('https:', 'wss:')}${roomSocketPath}`;
  const socket = new WebSocket(address, { headers, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve({ status: response.statusCode ?? 0 }));
    socket.once('close', (code) => resolve({ closed: code }));
    socket.once('open', () => {
      // Whoever is turned away after the handshake hears of it before anything else could be answered.
      socket.ping();
      socket.once('pong', () => resolve({ socket }));
    });
  });
}

/** Asks the room something. @returns the result, or the refusal's reason */
export async function askRoom(socket: WebSocket, method: string, params: unknown): Promise<unknown> {
  socket.send(JSON.stringify({ kind: 'request', id: 1, method, params }));
  const [data] = (await once(socket, 'message')) as [Buffer];
  const answer = JSON.parse(data.toString('utf8')) as { ok: boolean; result?: unknown; refusal?: { reason: string } };
  return answer.ok ? answer.result : answer.refusal?.reason;
}
