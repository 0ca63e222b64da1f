/** Environment variables and the configuration member each of them sets. */
const variables = {
  DATABASE_URL: ['databaseUrl'],
  SALLYPORT_DATA_DIRECTORY: ['dataDirectory'],
  SALLYPORT_RP_ID: ['rpId'],
  SALLYPORT_LOG_LEVEL: ['logLevel'],
  SALLYPORT_METRICS_TOKEN: ['metricsToken'],
  SALLYPORT_ATTESTATION_ROOTS: ['attestationRoots'],
  SALLYPORT_SHARES_KEY_FILE: ['shares', 'keyFile'],
  SALLYPORT_SHARES_ROTATE_AFTER_MINUTES: ['shares', 'rotateAfterMinutes'],
  SALLYPORT_CONSOLE_HOST: ['console', 'host'],
  SALLYPORT_CONSOLE_PORT: ['console', 'port'],
  SALLYPORT_CONSOLE_ORIGIN: ['console', 'origin'],
  SALLYPORT_CONSOLE_TLS_CERTIFICATE: ['console', 'tls', 'certificate'],
  SALLYPORT_CONSOLE_TLS_KEY: ['console', 'tls', 'key'],
  SALLYPORT_APPROVER_HOST: ['approver', 'host'],
  SALLYPORT_APPROVER_PORT: ['approver', 'port'],
  SALLYPORT_APPROVER_ORIGIN: ['approver', 'origin'],
  SALLYPORT_APPROVER_TLS_CERTIFICATE: ['approver', 'tls', 'certificate'],
  SALLYPORT_APPROVER_TLS_KEY: ['approver', 'tls', 'key'],
  SALLYPORT_LINK_HOST: ['link', 'host'],
  SALLYPORT_LINK_PORT: ['link', 'port'],
  SALLYPORT_LINK_ADDRESS: ['link', 'address'],
  SALLYPORT_ENROLMENT_HOST: ['enrolment', 'host'],
  SALLYPORT_ENROLMENT_PORT: ['enrolment', 'port'],
  SALLYPORT_ENROLMENT_ADDRESS: ['enrolment', 'address'],
  SALLYPORT_MEDIA_HOST: ['media', 'host'],
  SALLYPORT_MEDIA_PORT: ['media', 'port'],
  SALLYPORT_MEDIA_ANNOUNCED: ['media', 'announced'],
  SALLYPORT_MEDIA_WORKERS: ['media', 'workers'],
  SALLYPORT_ALARMS_ANSWER_MINUTES: ['alarms', 'answerMinutes'],
  SALLYPORT_ALARMS_CONTACT_HOURS: ['alarms', 'contactHours'],
  SALLYPORT_ALARMS_ERASURE_MINUTES: ['alarms', 'erasureMinutes'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The key of the server shares, and keys that some may still be sealed under, separated by commas. */
export const shareKeyVariables = ['SALLYPORT_SHARE_KEY', 'SALLYPORT_SHARE_KEYS_OLD'] as const;

/**
 * Takes the keys out of this process's environment, once they have been read.
 * SECURITY: programs that control starts, such as the media workers, do not inherit them (S35).
 */
export function forgetShareKeys(environment: Record<string, string | undefined>): void {
  for (const name of shareKeyVariables) Reflect.deleteProperty(environment, name);
}

/**
 * Lays the environment's settings over those of the configuration file.
 * @param written the file's contents, unchecked
 * @returns a new unchecked value in the file's shape
 */
export function applyEnvironment(written: unknown, environment: Readonly<Record<string, string | undefined>>): unknown {
  let result = written;
  for (const [variable, place] of Object.entries(variables)) {
    const value = environment[variable];
    if (value !== undefined && value !== '') result = withMember(result, place, typed(place, value));
  }
  return result;
}

const numbers = new Set(['port', 'workers', 'answerMinutes', 'contactHours', 'erasureMinutes', 'rotateAfterMinutes']);

function typed(place: readonly string[], value: string): string | number {
  return numbers.has(place.at(-1) ?? '') && /^\d+$/.test(value) ? Number(value) : value;
}

function withMember(target: unknown, [name, ...rest]: readonly string[], value: string | number): unknown {
  if (name === undefined) return value;
  const members: Record<string, unknown> = isObject(target) ? target : {};
  return { ...members, [name]: withMember(members[name], rest, value) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
