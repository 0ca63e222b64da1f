import type { ControlRequestMethod, InvokeName, RoomRequestMethod, ScreenName } from '@sallyport/protocol';
import type { Lifecycle, LivePhase } from './lifecycle.ts';

/** Which network the laptop may use. `receipt`: only to post the receipt of its own erasure. */
export type NetworkCapability = 'none' | 'enrolment' | 'link' | 'link-and-media' | 'receipt';

/** What the laptop's state allows. Every gate asks this and nothing else. */
export interface Capabilities {
  readonly screen: ScreenName;
  readonly camera: boolean;
  readonly microphone: boolean;
  readonly network: NetworkCapability;
  readonly invocations: ReadonlySet<InvokeName>;
  readonly roomRequests: ReadonlySet<RoomRequestMethod>;
  readonly controlRequests: ReadonlySet<ControlRequestMethod>;
}

// SECURITY: deny is the default; a state lists what it allows and anything it does not list is refused (S1).
const nothing: Omit<Capabilities, 'screen'> = {
  camera: false,
  microphone: false,
  network: 'none',
  invocations: new Set<InvokeName>(['snapshot']),
  roomRequests: new Set<RoomRequestMethod>(),
  controlRequests: new Set<ControlRequestMethod>(),
};

const whileBusy: ReadonlySet<InvokeName> = new Set(['snapshot', 'set-language']);
const whileBlank: ReadonlySet<InvokeName> = new Set(['snapshot', 'set-language', 'enrol']);

const signalling: readonly RoomRequestMethod[] = [
  'room.join',
  'room.leave',
  'room.createTransport',
  'room.connectTransport',
  'room.produce',
  'room.pauseProducer',
  'room.closeProducer',
];
const receiving: readonly RoomRequestMethod[] = ['room.consume', 'room.resumeConsumer'];

function roomRequestsIn(phase: LivePhase): ReadonlySet<RoomRequestMethod> {
  return new Set(phase === 'waiting' ? signalling : [...signalling, ...receiving]);
}

/** What is allowed while the laptop starts, and when it was found unusable. */
export const startCapabilities: Capabilities = { ...nothing, screen: 'starting' };

/** What a state allows; deny is the default. */
export function capabilities(state: Lifecycle): Capabilities {
  switch (state.name) {
    case 'blank':
      return {
        ...nothing,
        screen: 'blank',
        network: 'enrolment',
        invocations: state.busy ? whileBusy : whileBlank,
      };
    case 'inert':
      return {
        ...nothing,
        screen: 'inert',
        network: 'link',
        invocations: new Set(['snapshot', 'set-language', 'touched']),
        controlRequests: new Set(['pairing.check', 'grant.open', 'order.execute', 'activation.lock']),
      };
    case 'open':
      return {
        ...nothing,
        screen: 'open',
        camera: true,
        microphone: true,
        network: 'link',
        invocations: new Set(['snapshot', 'set-language', 'join', 'lock', 'touched']),
        controlRequests: new Set(['order.execute', 'activation.lock']),
      };
    case 'inRoom':
      return {
        ...nothing,
        screen: 'inRoom',
        camera: true,
        microphone: true,
        network: 'link-and-media',
        invocations: new Set(['snapshot', 'set-language', 'leave', 'lock', 'room', 'touched']),
        roomRequests: roomRequestsIn(state.phase),
        controlRequests: new Set(['order.execute', 'activation.lock']),
      };
    case 'suspended':
      return {
        ...nothing,
        screen: 'suspended',
        network: 'link',
        invocations: new Set(['snapshot', 'set-language']),
        controlRequests: new Set(['order.execute', 'activation.lock']),
      };
    case 'wiping':
      return { ...nothing, screen: 'wiping', network: 'receipt', controlRequests: new Set(['order.execute']) };
    case 'dead':
      return { ...nothing, screen: 'dead', network: 'receipt' };
    default:
      return state satisfies never;
  }
}
