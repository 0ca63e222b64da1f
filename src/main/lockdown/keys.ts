/** A key as Electron reports it before the page gets it. */
export interface KeyInput {
  readonly type: string;
  readonly key: string;
  readonly control: boolean;
  readonly alt: boolean;
  readonly meta: boolean;
}

const allowedKeys: ReadonlySet<string> = new Set([
  'Tab',
  'Enter',
  'Backspace',
  'Delete',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'Home',
  'End',
  'PageUp',
  'PageDown',
  'Shift',
  'CapsLock',
  'NumLock',
]);

/**
 * Says whether a key may reach the page: typing and moving about, nothing that is a command.
 * @param mayPaste whether text may be pasted: an enrolment ticket, at the bench
 */
export function isKeyAllowed({ key, control, alt, meta }: KeyInput, mayPaste: boolean): boolean {
  if (mayPaste && control && !alt && !meta && key.toLowerCase() === 'v') return true;
  // SECURITY: an allow-list; every accelerator has a modifier or a key that is not on it (S12).
  if (control || alt || meta) return false;
  return allowedKeys.has(key) || /^.$/u.test(key);
}
