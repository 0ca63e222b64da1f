/** What an operation does to the disk. */
export const diskOperations = [
  'create',
  'open',
  'write',
  'truncate',
  'sync',
  'rename',
  'link',
  'unlink',
  'make-directory',
  'remove-directory',
  'read',
] as const;
export type DiskOperation = (typeof diskOperations)[number];

/** The process dies before, after or (a write, of which half is done) in the middle of an operation. */
export type Death = 'before' | 'within' | 'after';

/** What befalls the operation of a number, counted from 0. */
export type DiskFault =
  | { readonly kind: 'death'; readonly at: number; readonly moment: Death }
  /** Fails with a system error: once, or every operation that can fail so from there on. */
  | { readonly kind: 'error'; readonly at: number; readonly code: DiskError; readonly forGood: boolean }
  /** Writes half of the bytes and says so. */
  | { readonly kind: 'short-write'; readonly at: number };

/** Which operations each error befalls on a real machine. */
export const diskErrors = {
  EIO: diskOperations,
  ENOSPC: ['create', 'write', 'rename', 'link', 'make-directory', 'sync'],
  EROFS: ['create', 'write', 'truncate', 'rename', 'link', 'unlink', 'make-directory', 'remove-directory'],
  EMFILE: ['create', 'open', 'read'],
} as const satisfies Record<string, readonly DiskOperation[]>;
export type DiskError = keyof typeof diskErrors;
