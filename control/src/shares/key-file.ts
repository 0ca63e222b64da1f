import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { identifier } from '@sallyport/protocol';
import * as z from 'zod';
import { KeyRing, keyIdOf, keyLength } from './key-ring.ts';
import { replaceKeyFile } from './replace-key-file.ts';
import { ShareKeyError, type ShareKeys } from './share-keys.ts';

/** A current key, and whatever rotations that were cut off left beside it. */
const maxKeys = 8;
const maxFileBytes = 16 * 1024;

const keyFile = z.strictObject({
  version: z.literal(1),
  /** The fleet whose shares they seal: rotating one fleet's keys must not destroy another's. */
  fleet: identifier,
  /** Oldest first; the last is the current one. */
  keys: z
    .array(z.strictObject({ id: z.string().length(22), key: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }))
    .min(1)
    .max(maxKeys),
});
type KeyFile = z.infer<typeof keyFile>;

/**
 * Keys in a file of control's own account. The file is read anew for every use, so that every node that shares it knows
 * at once which keys there are, and no key stays in memory.
 * @param path absolute
 * @param fleet the fleet the keys are for
 */
export function createFileKeys(path: string, fleet: string): ShareKeys {
  const withRing = async <T>(use: (ring: KeyRing) => T): Promise<T> => {
    const ring = ringOf(await readKeys(path, fleet), path);
    try {
      return use(ring);
    } finally {
      ring.zero();
    }
  };
  return {
    place: `the key file ${path}`,
    held: async () => {
      const file = await readKeyFile(path, fleet);
      return file && heldIn(file);
    },
    seal: (key, context, share) => withRing((ring) => ring.seal(key, context, share)),
    open: (context, stored) => withRing((ring) => ring.open(context, stored)),
    upkeep: {
      make: async () => {
        const file = (await readKeyFile(path, fleet)) ?? { version: 1, fleet, keys: [] };
        if (file.keys.length >= maxKeys) {
          throw new ShareKeyError(`The key file ${path} is full of keys that were left over.`);
        }
        const fresh = freshKey();
        await replaceKeyFile(path, encode({ ...file, keys: [...file.keys, fresh] }));
        return fresh.id;
      },
      keepOnly: async (key) => {
        const file = await readKeys(path, fleet);
        const kept = file.keys.filter(({ id }) => id === key);
        // SECURITY: the key that everything stands under is there, or nothing is destroyed (S35).
        if (kept.length === 0) throw new ShareKeyError(`The share key ${key} is not in the key file ${path}.`);
        await replaceKeyFile(path, encode({ ...file, keys: kept }));
      },
    },
  };
}

function freshKey(): KeyFile['keys'][number] {
  const key = randomBytes(keyLength);
  const made = { id: keyIdOf(key), key: key.toString('base64url') };
  key.fill(0);
  return made;
}

function encode(file: KeyFile): Buffer {
  return Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`);
}

function heldIn({ keys }: KeyFile): { current: string; others: string[] } {
  const ids = keys.map(({ id }) => id);
  return { current: ids.at(-1) ?? '', others: ids.slice(0, -1) };
}

function ringOf({ keys }: KeyFile, path: string): KeyRing {
  const [current, ...others] = keys.map(({ key }) => Buffer.from(key, 'base64url')).reverse();
  if (current === undefined) throw new ShareKeyError(`There is no key in the key file ${path}.`);
  return new KeyRing(current, others);
}

async function readKeys(path: string, fleet: string): Promise<KeyFile> {
  const file = await readKeyFile(path, fleet);
  if (file === undefined) throw new ShareKeyError(`The key file ${path} is missing.`);
  return file;
}

/** @returns undefined when there is no such file */
async function readKeyFile(path: string, fleet: string): Promise<KeyFile | undefined> {
  // A rotation overwrites the old file while somebody may have it open: by then the name leads to the new one.
  const file = await readOnce(path).then((read) => (read === 'damaged' ? readOnce(path) : read));
  if (file === undefined) return undefined;
  if (file === 'damaged') throw new ShareKeyError(`The key file ${path} is damaged: it does not read as one.`);
  if (file.fleet !== fleet) throw new ShareKeyError(`The key file ${path} belongs to another fleet (${file.fleet}).`);
  return file;
}

async function readOnce(path: string): Promise<KeyFile | 'damaged' | undefined> {
  const bytes = await readPrivately(path);
  const file = bytes && (parse(bytes) ?? 'damaged');
  bytes?.fill(0);
  return file;
}

/** SECURITY: a key that is not the one its id names is none of ours (S35). */
function parse(bytes: Buffer): KeyFile | undefined {
  try {
    const { data } = keyFile.safeParse(JSON.parse(bytes.toString('utf8')));
    const isOwn = data?.keys.every(({ id, key }) => keyIdOf(Buffer.from(key, 'base64url')) === id);
    return isOwn === true ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the file if it is ours alone. */
async function readPrivately(path: string): Promise<Buffer | undefined> {
  const handle = await openPlainly(path);
  if (handle === undefined) return undefined;
  try {
    await refuseUnlessPrivate(handle, path);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function openPlainly(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    const why = code === 'ELOOP' ? 'is a link; control reads the file itself only' : 'cannot be read';
    throw new ShareKeyError(`The key file ${path} ${why}.`, { cause: error });
  }
}

/** SECURITY: a key file that others own, read or write is refused, whatever is in it (S24, S35). */
async function refuseUnlessPrivate(handle: FileHandle, path: string): Promise<void> {
  const { mode, uid, size } = await handle.stat();
  const refuse = (why: string): never => {
    throw new ShareKeyError(`The key file ${path} ${why}.`);
  };
  if ((mode & constants.S_IFMT) !== constants.S_IFREG) refuse('is not a plain file');
  if (uid !== (process.getuid?.() ?? uid)) refuse('belongs to another account; it must be owned by control’s own');
  if ((mode & 0o077) !== 0) refuse('can be read or written by other accounts; make it private (chmod 600)');
  if (size > maxFileBytes) refuse('is too large');
}
