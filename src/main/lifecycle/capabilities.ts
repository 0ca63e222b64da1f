import { mediaAllowance } from '@sallyport/protocol';
import type { ControlRequestMethod, InvokeName, RoomRequestMethod, ScreenName } from '@sallyport/protocol';
import type { Lifecycle } from './lifecycle.ts';

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
const whileActive: ReadonlySet<ControlRequestMethod> = new Set(['order.execute', 'activation.lock']);

type In<N extends Lifecycle['name']> = Extract<Lifecycle, { name: N }>;

/** A transport by itself carries nothing. */
const transports: readonly RoomRequestMethod[] = ['room.createTransport', 'room.connectTransport'];
const sending: readonly RoomRequestMethod[] = ['room.produce', 'room.pauseProducer'];
const receiving: readonly RoomRequestMethod[] = ['room.consume', 'room.resumeConsumer'];
const less: readonly RoomRequestMethod[] = ['room.closeProducer'];
const seat: readonly RoomRequestMethod[] = ['room.join', 'room.leave'];

const whileOpen: readonly InvokeName[] = ['snapshot', 'set-language', 'join', 'lock', 'touched', 'check-done'];
const whileInRoom: readonly InvokeName[] = ['snapshot', 'set-language', 'leave', 'lock', 'room', 'touched'];

// SECURITY: outside a room camera and microphone are on during a check alone (S40).
function whenOpen({ checking }: In<'open'>): Partial<Capabilities> {
  if (!checking) return { network: 'link', invocations: new Set([...whileOpen, 'check']) };
  return {
    camera: true,
    microphone: true,
    network: 'link-and-media',
    invocations: new Set([...whileOpen, 'room']),
    roomRequests: new Set([...transports, ...sending, ...receiving, ...less]),
  };
}

// SECURITY: in a room camera, microphone and what is received are as its stage allows, and in the debrief by the laptop's own
// finding that staff are at it (S39, S40).
function whenInRoom(state: In<'inRoom'>): Partial<Capabilities> {
  const { sends, receives } = mediaAllowance(state, 'device');
  return {
    camera: sends,
    microphone: sends,
    network: 'link-and-media',
    invocations: new Set([...whileInRoom, ...actsIn(state)]),
    roomRequests: new Set([...seat, ...transports, ...less, ...(sends ? sending : []), ...(receives ? receiving : [])]),
  };
}

/** What staff record by the laptop itself. */
function actsIn({ phase, progress }: In<'inRoom'>): InvokeName[] {
  switch (phase) {
    case 'waiting':
      return ['prepare'];
    case 'consult':
      return ['check-name'];
    case 'debrief':
      return progress.staffConfirmed ? [] : ['confirm-staff'];
    default:
      return phase satisfies never;
  }
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
      return { ...nothing, screen: 'open', ...whenOpen(state), controlRequests: whileActive };
    case 'inRoom':
      return { ...nothing, screen: 'inRoom', ...whenInRoom(state), controlRequests: whileActive };
    case 'suspended':
      return {
        ...nothing,
        screen: 'suspended',
        network: 'link',
        invocations: new Set(['snapshot', 'set-language']),
        controlRequests: whileActive,
      };
    case 'wiping':
      return { ...nothing, screen: 'wiping', network: 'receipt', controlRequests: new Set(['order.execute']) };
    case 'dead':
      return { ...nothing, screen: 'dead', network: 'receipt' };
    default:
      return state satisfies never;
  }
}
