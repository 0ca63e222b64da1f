import type { ErasureStepName } from '@sallyport/protocol';

/** Erases what is below the files. Every part may be called any number of times, by restarts as well. */
export interface PlatformEraser {
  /** Its step in the erasure's reports. */
  readonly step: Extract<ErasureStepName, 'luks2' | 'bitlocker' | 'mdm'>;
  /** Says exactly what {@link erase} would do here and now, a line a command or effect; changes nothing. */
  dryRun(): Promise<readonly string[]>;
  /** Erases; harmless when done already. Rejects when it could not. */
  erase(): Promise<void>;
  /** Says whether it is erased, by looking again; rejects when that cannot be told. */
  isErased(): Promise<boolean>;
}

/** The laptop's switch, used once it is dead. */
export interface PowerSwitch {
  /** Says exactly what {@link powerOff} would do; changes nothing. */
  dryRun(): readonly string[];
  /** Powers the laptop off. Rejects when the system refuses. */
  powerOff(): Promise<void>;
}
