import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

/** Members that never reach a log line, wherever they stand in what is logged. */
const secrets = [
  'authorization',
  'cookie',
  'password',
  'token',
  'csrfToken',
  'secret',
  'share',
  'serverShare',
  'ticket',
  'code',
  'patientReference',
  'patientName',
  'nhsNumber',
  'holder',
  'place',
  'words',
  'headers',
  'body',
];

/**
 * Control's structured log, one JSON object a line.
 * @param level the lowest level written
 * @param destination where to; standard output by default
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service: 'control' },
    timestamp: stdTimeFunctions.isoTime,
    // SECURITY: nothing secret and nobody's care in the log, even by mistake (S19).
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), remove: true },
    serializers: { error: describeError, err: describeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** An error without the values that came with it: a database's detail or a schema's input may hold a person's data. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: 'unknown' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const cause = error.cause === undefined ? undefined : describeError(error.cause);
  const safe = error.name === 'ZodError' ? 'does not match its schema' : error.message;
  // A message of several lines stands in the stack too: only the frames are kept.
  const stack = error.stack?.split('\n').filter((line) => /^ +at /.test(line));
  return { name: error.name, message: safe, errorCode: code, stack: stack?.slice(0, 12), cause };
}
