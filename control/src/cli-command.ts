/** The options of a command line, as they were typed. */
export interface CommandOptions {
  config?: string | undefined;
  plan?: string | undefined;
  expect?: string | undefined;
  newToken?: boolean | undefined;
  to?: string | undefined;
  export?: string | undefined;
  manifests?: string | undefined;
  anchor?: string | undefined;
  head?: string[] | undefined;
  root?: string | undefined;
  digest?: string | undefined;
  name?: string | undefined;
  site?: string | undefined;
  id?: string | undefined;
  /** What a command is about, when it takes that as its last word. */
  subject?: string | undefined;
}

/** Runs a command. @returns the exit code */
export type Command = (options: CommandOptions) => Promise<number>;

/** The command line was wrong, in words. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Says something to whoever typed the command. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
