// The whole trusted core of a laptop on a real disk, with control played at the other end of its socket.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApprovedStatement, DeviceEvent, Welcome } from '@sallyport/protocol';
import type { WebSocket } from 'ws';
import type { Kiosk } from '../../src/main/kiosk.ts';
import { FakeSocket, sampleLaptop } from '../../src/main/laptop-testing.ts';
import type { SampleLaptop } from '../../src/main/laptop-testing.ts';
import { systemClock } from '../../src/main/platform/clock.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import { startBareLaptop } from '../harness/bare-laptop.ts';
import type { BareLaptop } from '../harness/bare-laptop.ts';

/** What control learns of a laptop: the generation that its hello says, the events that its reports bring. */
export type Learnt = { readonly generation: number } | { readonly events: readonly DeviceEvent[] };

/** A laptop and control's end of its socket. */
export interface PlayedLaptop {
  readonly outcome: 'played';
  readonly kiosk: Kiosk;
  /** Resolves when the client would end to start anew. */
  readonly ended: Promise<void>;
  readonly socket: FakeSocket;
  readonly clock: { readonly now: () => number };
  /** Control asks; the laptop's answer. */
  readonly ask: (method: string, params: unknown) => Promise<unknown>;
}

/** What whoever plays control knows: the laptop, and the roster of the hospital it calls. */
interface ControlsKnowledge {
  readonly device: Welcome['device'];
  readonly roster: ApprovedStatement;
}

/** Where that is kept, beside the laptop's own data. */
function knowledgeFile(folder: string): string {
  return join(folder, 'control.json');
}

/** Makes a fleet with one laptop, whose data will be in that folder. */
export async function enrolledLaptop(folder: string): Promise<SampleLaptop> {
  const sample = await sampleLaptop(Date.now());
  const { fleet } = sample;
  const { id, name, site } = fleet.device;
  const roster = fleet.approved(fleet.hospitalRoster, fleet.people.hospitalManager);
  writeFileSync(
    knowledgeFile(folder),
    JSON.stringify({ device: { id, name, site }, roster } satisfies ControlsKnowledge),
  );
  return sample;
}

/** How a laptop is started. */
export interface PlayOptions {
  readonly onLearnt: (learnt: Learnt) => void;
  /** Enrols it first, as this one. */
  readonly sample?: SampleLaptop;
  /** Its clock; the machine's by default. */
  readonly clock?: Clock;
}

/** Starts the laptop in a folder, and waits until control has heard of it, if it is to hear of it. */
export async function playLaptop(
  folder: string,
  { onLearnt, sample, clock = systemClock }: PlayOptions,
): Promise<PlayedLaptop | Exclude<BareLaptop, { outcome: 'open' }>> {
  const sockets: FakeSocket[] = [];
  const laptop = await startBareLaptop({
    folder: join(folder, 'laptop'),
    keyStore: 'development',
    clock,
    ...(sample && { prepare: (record) => ({ ...record, enrolment: sample.enrolled }) }),
    network: {
      openSocket: () => {
        const socket = control(folder, onLearnt);
        sockets.push(socket);
        return socket as unknown as WebSocket;
      },
      exchange: async () => ({ outcome: 'answered', status: 200, value: {} }),
    },
  });
  if (laptop.outcome !== 'open') return laptop;
  const { kiosk, ended } = laptop;
  const socket = await inContact(kiosk, sockets);
  const hello = socket.sent.find(({ kind }) => kind === 'hello');
  if (hello !== undefined) onLearnt({ generation: Number(hello['recordGeneration']) });
  return { outcome: 'played', kiosk, ended, socket, clock, ask: asking(socket) };
}

function control(folder: string, onLearnt: (learnt: Learnt) => void): FakeSocket {
  const { device, roster } = JSON.parse(readFileSync(knowledgeFile(folder), 'utf8')) as ControlsKnowledge;
  const socket = new FakeSocket({
    'trust.fetch': () => ({ manifests: [], more: false, rosters: [] }),
    'trust.roster': () => ({ roster }),
    'audit.checkpoint': () => undefined,
    'record.report': (params) => {
      onLearnt({ events: (params as { events: DeviceEvent[] }).events });
      return {};
    },
  });
  setImmediate(() => {
    socket.emit('open');
    socket.says({ kind: 'welcome', version: 1, device, time: Date.now() } satisfies Welcome);
  });
  return socket;
}

/** Waits until what the laptop had to report is reported; one that is not enrolled, or erases itself, reports nothing. */
async function inContact(kiosk: Kiosk, sockets: readonly FakeSocket[]): Promise<FakeSocket> {
  for (;;) {
    const socket = sockets.find(({ sent }) => sent.some(({ method }) => method === 'record.report'));
    if (socket !== undefined) return socket;
    if (['blank', 'wiping'].includes(kiosk.snapshot.screen.screen)) return new FakeSocket({});
    await pause(2);
  }
}

function asking(socket: FakeSocket): PlayedLaptop['ask'] {
  let id = 500;
  return async (method, params) => {
    id += 1;
    const mine = id;
    socket.says({ kind: 'request', id: mine, method, params });
    for (;;) {
      const answer = socket.sent.find((frame) => frame['kind'] === 'response' && frame['id'] === mine);
      if (answer !== undefined) return answer;
      await pause(2);
    }
  };
}
