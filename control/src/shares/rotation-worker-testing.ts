// A process of its own that exchanges the share key again and again, for tests that kill it.
import { createPool } from '../db/pool.ts';
import { createFileKeys } from './key-file.ts';
import { rotateShareKey } from './key-rotation.ts';

const [url = '', file = '', fleet = ''] = process.argv.slice(2);
const db = createPool(url, { connections: 2, onError: () => undefined });
const audit = { append: () => Promise.resolve() };
const deps = { db, audit, clock: Date, keys: createFileKeys(file, fleet), fleet };
for (;;) {
  const { outcome } = await rotateShareKey(deps);
  process.stdout.write(`${outcome}\n`);
}
