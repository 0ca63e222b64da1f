import { bridge, controlRequests, noProgress, roomRequests } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { capabilities, startCapabilities } from './capabilities.ts';
import type { Activation, Lifecycle } from './lifecycle.ts';
import type { LivePhase } from './stage.ts';

const activation = { grant: 1 } as Activation;
const seat = ['room.join', 'room.leave'];
const quiet = ['room.createTransport', 'room.connectTransport', 'room.closeProducer'];
const media = [...quiet, 'room.produce', 'room.pauseProducer', 'room.consume', 'room.resumeConsumer'];

interface Expected {
  readonly screen: string;
  readonly devices: boolean;
  readonly network: string;
  readonly invocations: readonly string[];
  readonly room: readonly string[];
  readonly control: readonly string[];
}

const nothing: Expected = {
  screen: 'starting',
  devices: false,
  network: 'none',
  invocations: ['snapshot'],
  room: [],
  control: [],
};
const open: Expected = {
  ...nothing,
  screen: 'open',
  network: 'link',
  invocations: ['snapshot', 'set-language', 'join', 'lock', 'touched', 'check', 'check-done'],
  control: ['order.execute', 'activation.lock'],
};
const whileInRoom = ['snapshot', 'set-language', 'leave', 'lock', 'room', 'touched'];
const dark: Expected = {
  screen: 'inRoom',
  devices: false,
  network: 'link-and-media',
  invocations: whileInRoom,
  room: [...seat, ...quiet],
  control: ['order.execute', 'activation.lock'],
};
const talking: Expected = { ...dark, devices: true, room: [...seat, ...media] };
/** A room where control says that all is done. */
const inRoom = (phase: LivePhase, staffConfirmed = false): Lifecycle => ({
  name: 'inRoom',
  phase,
  progress: { ...noProgress, present: [], staffConfirmed },
  closesAt: 1,
  message: null,
  staffCode: { state: staffConfirmed || phase !== 'debrief' ? 'not-needed' : 'asking' },
  activation,
  report: null,
});
const suspended: Expected = {
  ...nothing,
  screen: 'suspended',
  network: 'link',
  invocations: ['snapshot', 'set-language'],
  control: ['order.execute', 'activation.lock'],
};
const table: readonly (readonly [string, Lifecycle | null, Expected])[] = [
  ['no state yet', null, nothing],
  [
    'blank',
    { name: 'blank', busy: false, problem: null },
    { ...nothing, screen: 'blank', network: 'enrolment', invocations: ['snapshot', 'set-language', 'enrol'] },
  ],
  [
    'blank and busy',
    { name: 'blank', busy: true, problem: null },
    { ...nothing, screen: 'blank', network: 'enrolment', invocations: ['snapshot', 'set-language'] },
  ],
  [
    'inert',
    { name: 'inert', notice: null },
    {
      ...nothing,
      screen: 'inert',
      network: 'link',
      invocations: ['snapshot', 'set-language', 'touched'],
      control: ['pairing.check', 'grant.open', 'order.execute', 'activation.lock'],
    },
  ],
  ['open', { name: 'open', activation, notice: null, checking: false, report: null }, open],
  [
    'checking',
    { name: 'open', activation, notice: null, checking: true, report: null },
    {
      ...open,
      devices: true,
      network: 'link-and-media',
      invocations: ['snapshot', 'set-language', 'join', 'lock', 'touched', 'check-done', 'room'],
      room: media,
    },
  ],
  ['waiting', inRoom('waiting'), { ...dark, invocations: [...whileInRoom, 'prepare'] }],
  ['consult', inRoom('consult'), { ...talking, invocations: [...whileInRoom, 'check-name'] }],
  ['debrief without staff', inRoom('debrief'), { ...dark, invocations: [...whileInRoom, 'confirm-staff'] }],
  ['debrief with staff', inRoom('debrief', true), talking],
  ['suspended', { name: 'suspended', by: 'lease' }, suspended],
  ['damaged', { name: 'suspended', by: 'damage' }, suspended],
  ['wiping', { name: 'wiping' }, { ...nothing, screen: 'wiping', network: 'receipt', control: ['order.execute'] }],
  ['dead', { name: 'dead' }, { ...nothing, screen: 'dead', network: 'receipt' }],
];

describe('S1 S39 S40 what a state does not list is denied', () => {
  test.each(table)('%s', (_name, state, expected) => {
    const allowed = state === null ? startCapabilities : capabilities(state);
    expect(allowed.screen).toBe(expected.screen);
    expect([allowed.camera, allowed.microphone]).toEqual([expected.devices, expected.devices]);
    expect(allowed.network).toBe(expected.network);
    const among = (names: object, has: (name: string) => boolean): string[] => Object.keys(names).filter(has).sort();
    const all = [bridge.invoke, roomRequests, controlRequests] as const;
    expect(among(all[0], (name) => allowed.invocations.has(name as never))).toEqual([...expected.invocations].sort());
    expect(among(all[1], (name) => allowed.roomRequests.has(name as never))).toEqual([...expected.room].sort());
    expect(among(all[2], (name) => allowed.controlRequests.has(name as never))).toEqual([...expected.control].sort());
  });

  test('the consultant’s room requests are never the laptop’s, nor what staff record the page’s to relay', () => {
    const others = [
      'room.admit',
      'room.startDebrief',
      'room.end',
      'room.message',
      'room.decline',
      'room.extend',
    ] as const;
    const acts = ['room.prepare', 'room.checkName', 'room.askStaff', 'room.confirmStaff'] as const;
    for (const [, state] of table) {
      for (const method of [...others, ...acts]) {
        const allowed = state === null ? startCapabilities : capabilities(state);
        expect(allowed.roomRequests.has(method)).toBe(false);
      }
    }
  });
});
