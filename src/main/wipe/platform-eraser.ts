/** Erases what is below the files: the encrypted volume's key slots, the security chip, the firmware's own erase. */
export interface PlatformEraser {
  /** Name for the log. */
  readonly name: string;
  /** Erases; harmless when done already. Rejects when it could not. */
  erase(): Promise<void>;
  /** Says whether it is erased. */
  isErased(): Promise<boolean>;
}

/** For development machines: there is nothing below the files that may be erased. */
export const noneEraser: PlatformEraser = {
  name: 'none',
  erase: () => Promise.resolve(),
  isErased: () => Promise.resolve(true),
};
