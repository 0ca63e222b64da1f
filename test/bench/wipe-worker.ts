// Measures, on this disk and with a session's key store, how long a laptop takes from a brick order to destroyed keys:
// `node wipe-worker.ts FOLDER os|development ROUNDS`. Prints milliseconds, one JSON array.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Welcome } from '@sallyport/protocol';
import type { WebSocket } from 'ws';
import { FakeSocket, orderOf, sampleLaptop } from '../../src/main/laptop-testing.ts';
import { startBareLaptop } from '../harness/bare-laptop.ts';

const [folder = '', keyStore = '', rounds = ''] = process.argv.slice(2);
const milliseconds: number[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  milliseconds.push(await brickOne(join(folder, String(round)), keyStore === 'os' ? 'os' : 'development'));
}
process.stdout.write(JSON.stringify(milliseconds));
process.exit(0);

/** Starts a laptop that is in contact with control, and bricks it. @returns ms from the order to the verified loss of its share */
async function brickOne(folder: string, keyStore: 'os' | 'development'): Promise<number> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const sample = await sampleLaptop(Date.now());
  const sockets: FakeSocket[] = [];
  let destroyed: (at: number) => void = () => undefined;
  const isDestroyed = new Promise<number>((resolve) => (destroyed = resolve));
  const laptop = await startBareLaptop({
    folder,
    keyStore,
    prepare: (record) => ({ ...record, enrolment: sample.enrolled }),
    network: {
      openSocket: () => {
        const socket = new FakeSocket({ 'trust.fetch': () => ({ manifests: [], more: false, rosters: [] }) });
        sockets.push(socket);
        setImmediate(() => welcome(socket, sample.fleet.device));
        return socket as unknown as WebSocket;
      },
      exchange: async () => ({ outcome: 'not-reachable' }),
    },
    onLog: ({ step, outcome }) => {
      if (step === 'device-share' && outcome === 'verified') destroyed(performance.now());
    },
  });
  if (laptop.outcome !== 'open') throw new Error(`the laptop is ${laptop.outcome}`);
  const socket = await inContact(sockets);
  const order = orderOf(sample, Date.now(), 'brick', 1);
  const received = performance.now();
  socket.says({ kind: 'request', id: 1, method: 'order.execute', params: { order } });
  return (await isDestroyed) - received;
}

function welcome(socket: FakeSocket, { id, name, site }: Welcome['device']): void {
  socket.emit('open');
  socket.says({ kind: 'welcome', version: 1, device: { id, name, site }, time: Date.now() } satisfies Welcome);
}

/** Waits until the laptop has reported its state. */
async function inContact(sockets: readonly FakeSocket[]): Promise<FakeSocket> {
  for (;;) {
    const socket = sockets.find(({ sent }) => sent.some(({ method }) => method === 'record.report'));
    if (socket !== undefined) return socket;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
