import type { Kept } from '../../ports.ts';

/** A part of the record that is in memory, and whose disk can be made to fail. */
export interface KeptInMemory<T> extends Kept<T> {
  /** When set, every update throws it and changes nothing. */
  fault: Error | undefined;
}

/** Makes a part of the record for tests. */
export function keptInMemory<T>(initial: T): KeptInMemory<T> {
  let value = initial;
  return {
    fault: undefined,
    get value() {
      return value;
    },
    update(change) {
      if (this.fault !== undefined) throw this.fault;
      value = change(value);
    },
  };
}
