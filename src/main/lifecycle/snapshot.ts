import type { Language, LinkState, Screen, Snapshot, StartRefusal } from '@sallyport/protocol';
import type { Lifecycle } from './lifecycle.ts';

type PairingView = Extract<Screen, { screen: 'inert' }>['pairing'];

/** What screens show besides the lifecycle's own data. */
export interface SnapshotFacts {
  readonly language: Language;
  /** Control's time as far as it is known, ms since 1970. */
  readonly now: number;
  /** Null before enrolment. */
  readonly device: { readonly name: string; readonly siteName: string } | null;
  readonly link: LinkState;
  readonly pairing: PairingView;
  /** Whether control says that somebody is in the room whose place is not proved. */
  readonly keepsSomebodyOut: boolean;
  /** When the lease changes what the laptop is, in control's time, ms since 1970; null while that is not near. */
  readonly lease: { readonly suspendsAt: number | null; readonly erasesAt: number | null };
}

/** The snapshot before there is a lifecycle: starting, or found unusable. */
export function snapshotOfStart(language: Language, now: number, refused: StartRefusal | undefined): Snapshot {
  const screen: Screen = refused === undefined ? { screen: 'starting' } : { screen: 'refused', reason: refused };
  return { state: null, language, now, screen };
}

/** The full snapshot of a state: one screen with that screen's data only. */
export function snapshotOf(state: Lifecycle, facts: SnapshotFacts): Snapshot {
  return { state: state.name, language: facts.language, now: Math.trunc(facts.now), screen: screenOf(state, facts) };
}

function screenOf(state: Lifecycle, { device, link, pairing, keepsSomebodyOut, lease }: SnapshotFacts): Screen {
  const named = device ?? { name: 'Sallyport', siteName: 'Sallyport' };
  switch (state.name) {
    case 'blank':
      return { screen: 'blank', busy: state.busy, problem: state.problem };
    case 'inert': {
      const { suspendsAt } = lease;
      return { screen: 'inert', device: named, link, pairing, notice: state.notice, suspendsAt };
    }
    case 'open': {
      const { checking: running, report, notice } = state;
      const { appointment, openUntil } = state.activation;
      const upcoming = [...state.activation.upcoming];
      const check = { running, report };
      return { screen: 'open', device: named, link, appointment, openUntil, notice, upcoming, check };
    }
    case 'inRoom': {
      const { appointment, openUntil } = state.activation;
      const { phase, progress, closesAt, message, staffCode } = state;
      const stage = { phase, progress, closesAt, message, staffCode };
      return { screen: 'inRoom', device: named, link, ...stage, appointment, openUntil, keepsSomebodyOut };
    }
    case 'suspended':
      return { screen: 'suspended', device: named, link, by: state.by, erasesAt: lease.erasesAt };
    case 'wiping':
      return { screen: 'wiping' };
    case 'dead':
      return { screen: 'dead' };
    default:
      return state satisfies never;
  }
}
