import { emptyStep, stepFields } from './next-steps-draft.ts';
import type { StepDraft } from './next-steps-draft.ts';

/** What is being written for one appointment. */
export interface WrittenSteps {
  readonly steps: readonly StepDraft[];
  /** Whether it is being read once more before it is recorded. */
  readonly reviewing: boolean;
}

const nothingYet: WrittenSteps = { steps: [emptyStep], reviewing: false };

/**
 * Next steps that are being written, by appointment, for as long as the page and its person stay: going back, a room that is
 * lost and a session that ends lose none of it. In memory only: nothing of it is ever stored in the browser.
 */
export class NextStepsDrafts {
  readonly #written = new Map<string, WrittenSteps>();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** What is written for an appointment; the same object until it changes. */
  of(appointment: string): WrittenSteps {
    return this.#written.get(appointment) ?? nothingYet;
  }

  /** Keeps what was written. */
  keep(appointment: string, written: WrittenSteps): void {
    this.#written.set(appointment, written);
    this.#tell();
  }

  /** They are recorded, or not wanted any more. */
  forget(appointment: string): void {
    if (this.#written.delete(appointment)) this.#tell();
  }

  /** Whether anything was typed or chosen that is not recorded. */
  isUnsaved(appointment: string): boolean {
    return this.of(appointment).steps.some((step) => stepFields.some((field) => step[field].trim() !== ''));
  }

  /** Whether anything is unsaved for any appointment. */
  get isAnyUnsaved(): boolean {
    return [...this.#written.keys()].some((appointment) => this.isUnsaved(appointment));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
