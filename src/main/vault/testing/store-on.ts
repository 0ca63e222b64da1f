import { join } from 'node:path';
import type { Files } from '../../platform/files.ts';
import type { RecordStoreConstructor } from '../sealed-record.ts';

/**
 * Makes a record store that writes to the given disk, as electron-store does to the real one, but leaves all flushing to
 * its caller. For tests only.
 */
export function storeOn(files: Files): RecordStoreConstructor {
  return class {
    readonly #path: string;
    readonly #serialize: (content: Record<string, unknown>) => string;

    constructor(options: ConstructorParameters<RecordStoreConstructor>[0]) {
      this.#path = join(options.cwd, `${options.name}.${options.fileExtension}`);
      this.#serialize = options.serialize;
    }

    get store(): Record<string, unknown> {
      return {};
    }

    set store(content: Record<string, unknown>) {
      const file = files.openForAppend(this.#path);
      file.append(Buffer.from(this.#serialize(content)));
      file.close();
    }
  };
}
