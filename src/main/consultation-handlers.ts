import type { InvokeResult } from '@sallyport/protocol';
import type { Device } from './device.ts';
import type { PageHandlers } from './ipc.ts';
import type { Lifecycle, LifecycleEvent } from './lifecycle/lifecycle.ts';

/** What {@link consultationHandlers} needs. */
export interface ConsultationParts {
  /** Undefined before the laptop is enrolled. */
  readonly device: () => Device | undefined;
  readonly state: () => Lifecycle;
  readonly dispatch: (event: LifecycleEvent) => void;
}

type ConsultationInvocation =
  'join' | 'leave' | 'room' | 'check' | 'check-done' | 'prepare' | 'check-name' | 'confirm-staff';

const done = { ok: true, value: {} } as const;
const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;

/** What staff and patient do with an open laptop by its page: checking it, the room, what is recorded in the room. */
export function consultationHandlers(parts: ConsultationParts): Pick<PageHandlers, ConsultationInvocation> {
  const { device, dispatch } = parts;
  return {
    join: () => join(parts),
    leave: () => {
      dispatch({ type: 'room-left', reason: 'left' });
      return done;
    },
    room: async ({ method, params }) => {
      const { check, room } = device() ?? {};
      const answer = check?.isUnderWay === true ? check.request(method, params) : room?.request(method, params);
      return (await answer) ?? wrongState;
    },
    check: async () => (await device()?.check.begin()) ?? wrongState,
    'check-done': ({ report }) => {
      dispatch({ type: 'check-ended', report });
      return done;
    },
    prepare: async (params) => {
      const answer = (await device()?.room.prepare(params)) ?? wrongState;
      // Without consent the record says that the room was left, and why.
      if (answer.ok && params.consent) device()?.record('prepared');
      return answer;
    },
    'check-name': async () => {
      const answer = (await device()?.room.checkName()) ?? wrongState;
      if (answer.ok) device()?.record('name-checked');
      return answer;
    },
    'confirm-staff': async ({ code }) => (await device()?.staffCode.confirm(code)) ?? wrongState,
  };
}

async function join({ device, state }: ConsultationParts): Promise<InvokeResult<'join'>> {
  const now = state();
  if (now.name !== 'open') return wrongState;
  const joined = await device()?.room.join(now.activation);
  if (joined === undefined) return wrongState;
  return joined.ok ? done : joined;
}
