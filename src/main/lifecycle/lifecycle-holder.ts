import type { Log } from '../ports.ts';
import type { Lifecycle, LifecycleEffect, LifecycleEvent } from './lifecycle.ts';
import { next } from './lifecycle.ts';

/** What {@link LifecycleHolder} needs. */
export interface LifecycleHolderOptions {
  readonly initial: Lifecycle;
  readonly log: Log;
  /** Carries out an effect; must not throw. Events it raises are taken after the present one. */
  readonly run: (effect: LifecycleEffect) => void;
  /** Called after every change, before its effects. */
  readonly onChange: (state: Lifecycle, previous: Lifecycle) => void;
}

/** The one holder of the laptop's state: takes events one at a time, in order. */
export class LifecycleHolder {
  readonly #options: LifecycleHolderOptions;
  readonly #waiting: LifecycleEvent[] = [];
  #state: Lifecycle;
  #isBusy = false;

  constructor(options: LifecycleHolderOptions) {
    this.#options = options;
    this.#state = options.initial;
  }

  /** The state as it is now. */
  get state(): Lifecycle {
    return this.#state;
  }

  /** Takes an event; when called from within an effect, after what is under way. */
  dispatch(event: LifecycleEvent): void {
    this.#waiting.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let taken = this.#waiting.shift(); taken !== undefined; taken = this.#waiting.shift()) this.#take(taken);
    } finally {
      this.#isBusy = false;
    }
  }

  #take(event: LifecycleEvent): void {
    const transition = next(this.#state, event);
    if (transition.state !== this.#state) this.#setState(transition.state, event);
    transition.effects.forEach(this.#options.run);
  }

  #setState(state: Lifecycle, { type }: LifecycleEvent): void {
    const previous = this.#state;
    this.#state = state;
    this.#options.log.info({ from: nameOf(previous), to: nameOf(state), event: type }, 'lifecycle');
    this.#options.onChange(state, previous);
  }
}

function nameOf(state: Lifecycle): string {
  return state.name === 'inRoom' ? `inRoom(${state.phase})` : state.name;
}
