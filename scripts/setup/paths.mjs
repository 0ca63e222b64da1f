// Where set-up puts things. Everything it produces lies under `.runtime/` of the checkout; nothing lands elsewhere.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root, absolute. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The ignored folder that holds every product of set-up. */
export const runtimeDir = path.join(root, '.runtime');

/** Says where the parts are; read by tests, demo, bench and packaging. */
export const runtimeFile = path.join(runtimeDir, 'runtime.json');

/** Output of the commands that set-up runs, one file a command. */
export const logDir = path.join(runtimeDir, 'logs');

/** Downloads in flight and half-built things; emptied by whoever uses it. */
export const scratchDir = path.join(runtimeDir, 'scratch');

/** The pinned Node that runs every script after the first stage. */
export const nodeBin = path.join(root, 'node_modules/.bin/node');
