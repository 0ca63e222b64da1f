import { bridge, controlRequests, roomRequests } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { capabilities, startCapabilities } from './capabilities.ts';
import type { Activation, Lifecycle } from './lifecycle.ts';

const activation = { grant: 1 } as Activation;
const media = ['room.join', 'room.leave', 'room.createTransport', 'room.connectTransport'];
const sending = [...media, 'room.produce', 'room.pauseProducer', 'room.closeProducer'];

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
const inRoom: Expected = {
  screen: 'inRoom',
  devices: true,
  network: 'link-and-media',
  invocations: ['snapshot', 'set-language', 'leave', 'lock', 'room', 'touched'],
  room: [...sending, 'room.consume', 'room.resumeConsumer'],
  control: ['order.execute', 'activation.lock'],
};
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
  [
    'open',
    { name: 'open', activation, notice: null },
    {
      ...nothing,
      screen: 'open',
      devices: true,
      network: 'link',
      invocations: ['snapshot', 'set-language', 'join', 'lock', 'touched'],
      control: ['order.execute', 'activation.lock'],
    },
  ],
  ['waiting', { name: 'inRoom', phase: 'waiting', activation }, { ...inRoom, room: sending }],
  ['consult', { name: 'inRoom', phase: 'consult', activation }, inRoom],
  ['debrief', { name: 'inRoom', phase: 'debrief', activation }, inRoom],
  ['suspended', { name: 'suspended', by: 'lease' }, suspended],
  ['damaged', { name: 'suspended', by: 'damage' }, suspended],
  ['wiping', { name: 'wiping' }, { ...nothing, screen: 'wiping', network: 'receipt', control: ['order.execute'] }],
  ['dead', { name: 'dead' }, { ...nothing, screen: 'dead', network: 'receipt' }],
];

describe('S1 what a state does not list is denied', () => {
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

  test('the consultant’s room requests are never the laptop’s', () => {
    for (const [, state] of table) {
      for (const method of ['room.admit', 'room.startDebrief', 'room.end'] as const) {
        const allowed = state === null ? startCapabilities : capabilities(state);
        expect(allowed.roomRequests.has(method)).toBe(false);
      }
    }
  });
});
