import { bridge as contract } from '@sallyport/protocol';
import type { Bridge, Snapshot } from '@sallyport/protocol';
import { ControlClock } from './control-clock.ts';
import type { Monotonic } from './control-clock.ts';

/** What the page knows: nothing yet, the newest snapshot, or that it will not get one. */
export type PageState =
  { state: 'loading' } | { state: 'ready'; snapshot: Snapshot; clock: ControlClock } | { state: 'failed' };

/** Holds the newest snapshot that the main process sent, for `useSyncExternalStore`. */
export class SnapshotSource {
  readonly #bridge: Bridge;
  readonly #monotonic: Monotonic;
  readonly #listeners = new Set<() => void>();
  #state: PageState = { state: 'loading' };
  #stop: (() => void) | undefined;

  constructor(bridge: Bridge, monotonic: Monotonic) {
    this.#bridge = bridge;
    this.#monotonic = monotonic;
  }

  /** Listens for snapshots and asks for the first one. Resolves when that has come, or will not come. May be repeated. */
  async start(): Promise<void> {
    this.#stop ??= this.#bridge.on('snapshot', (payload) => this.#take(payload));
    this.#set({ state: 'loading' });
    const first = await this.#ask();
    // A snapshot that was sent meanwhile is newer than the answer.
    if (this.#state.state === 'loading') this.#take(first);
  }

  /** Stops listening. May be called twice. */
  close(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  readonly current = (): PageState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async #ask(): Promise<unknown> {
    try {
      const outcome = await this.#bridge.invoke('snapshot', {});
      return outcome.ok ? outcome.value : undefined;
    } catch {
      return undefined;
    }
  }

  #take(payload: unknown): void {
    const parsed = contract.notify.snapshot.safeParse(payload);
    if (!parsed.success) {
      this.#set({ state: 'failed' });
      return;
    }
    const { data } = parsed;
    this.#set({ state: 'ready', snapshot: data, clock: new ControlClock(data.now, this.#monotonic) });
  }

  #set(state: PageState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
