import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A bystander on loopback that notes whoever comes near it. */
export interface Canary {
  /** Its address for anything that speaks over TCP. */
  readonly http: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  /** One entry for each TCP connection and each UDP datagram. */
  readonly noticed: readonly string[];
  close(): Promise<void>;
}

/** Starts a canary. It says nothing to anybody. */
export async function startCanary(): Promise<Canary> {
  const noticed: string[] = [];
  const tcp = createServer((socket) => {
    const index = noticed.push('a TCP connection') - 1;
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => (noticed[index] = data.toString('latin1').split('\r\n')[0] ?? ''));
  });
  const udp = createSocket('udp4');
  udp.on('message', (data: Buffer) => noticed.push(`${data.length} bytes over UDP`));
  tcp.listen(0, '127.0.0.1');
  udp.bind(0, '127.0.0.1');
  await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
  const address = tcp.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    http: `http://127.0.0.1:${address.port}`,
    tcpPort: address.port,
    udpPort: udp.address().port,
    noticed,
    close: async () => {
      udp.close();
      tcp.close();
      await Promise.resolve();
    },
  };
}
