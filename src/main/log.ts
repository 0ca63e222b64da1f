import pino from 'pino';
import type { Log } from './ports.ts';

/** Makes the structured log: JSON lines on standard error, written at once. */
export function createLog(): Log {
  const destination = pino.destination({ dest: 2, sync: true });
  return pino({ base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
