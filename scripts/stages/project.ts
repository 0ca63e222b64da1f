import path from 'node:path';

/** The checkout's root, absolute. */
export const projectDir = path.resolve(import.meta.dirname, '../..');
