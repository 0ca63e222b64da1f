import type { Language, Snapshot, StartRefusal } from '@sallyport/protocol';
import type { PageHandlers } from './ipc.ts';
import type { Capabilities } from './lifecycle/capabilities.ts';
import { capabilities, startCapabilities } from './lifecycle/capabilities.ts';
import { snapshotOf, snapshotOfStart } from './lifecycle/snapshot.ts';

/** What stands behind the door at a moment: what is allowed, what is shown, what invocations do. */
export interface Stage {
  readonly capabilities: Capabilities;
  readonly snapshot: Snapshot;
  readonly handlers: PageHandlers;
}

const wrongState = { ok: false, refusal: { reason: 'wrong-state' } } as const;

function snapshotOnly(stage: Omit<Stage, 'handlers'>): Stage {
  return {
    ...stage,
    handlers: {
      snapshot: () => ({ ok: true, value: stage.snapshot }),
      'set-language': () => wrongState,
      enrol: () => wrongState,
      join: () => wrongState,
      leave: () => wrongState,
      check: () => wrongState,
      'check-done': () => wrongState,
      prepare: () => wrongState,
      'check-name': () => wrongState,
      'confirm-staff': () => wrongState,
      lock: () => wrongState,
      room: () => wrongState,
      touched: () => wrongState,
    },
  };
}

/** While the vault is being opened, or after it was refused: nothing is allowed. */
export function startStage(language: Language, now: number, refused?: StartRefusal): Stage {
  return snapshotOnly({
    capabilities: startCapabilities,
    snapshot: snapshotOfStart(language, Math.trunc(now), refused),
  });
}

/** A wipe found at a start: there is no record any more, only the tombstone. */
export function wipedStage(name: 'wiping' | 'dead', now: number): Stage {
  const state = { name } as const;
  const facts = {
    language: 'en',
    now,
    device: null,
    link: 'connecting',
    pairing: { state: 'unavailable' },
    keepsSomebodyOut: false,
    lease: { suspendsAt: null, erasesAt: null },
  } as const;
  return snapshotOnly({ capabilities: capabilities(state), snapshot: snapshotOf(state, facts) });
}
