import type { Logger } from 'pino';
import type { DocumentStanding, TrustDocuments } from '../ports.ts';
import { NotFoundedError } from './stored-documents.ts';

/** How often documents' ages are looked at, ms. */
const watchEvery = 60 * 60_000;

export interface TrustWatchDeps {
  trust: Pick<TrustDocuments, 'manifest' | 'roster'>;
  logger: Pick<Logger, 'warn' | 'error'>;
  onFault(error: unknown): void;
}

/**
 * Says in the log, now and every hour, which trust documents should be renewed and which are over.
 * @returns stops watching
 */
export function watchTrust(deps: TrustWatchDeps): () => void {
  const look = (): void =>
    void lookOnce(deps).catch((error: unknown) => {
      if (!(error instanceof NotFoundedError)) deps.onFault(error);
    });
  look();
  const timer = setInterval(look, watchEvery);
  timer.unref();
  return () => clearInterval(timer);
}

/** Looks at every document in force once. */
export async function lookOnce({ trust, logger }: TrustWatchDeps): Promise<void> {
  const { manifest, standing } = await trust.manifest();
  say(logger, standing, { document: 'manifest', version: manifest.version, notAfter: manifest.notAfter });
  for (const { id, name } of manifest.sites) {
    const found = await trust.roster(id);
    if (found === undefined) continue;
    const { version, notAfter } = found.roster;
    say(logger, found.standing, { document: 'roster', site: name, version, notAfter });
  }
}

function say(
  logger: TrustWatchDeps['logger'],
  standing: DocumentStanding,
  document: { document: string; site?: string; version: number; notAfter: number },
): void {
  switch (standing) {
    case 'held':
      return;
    case 'warning':
      logger.warn(document, 'the time of a trust document is nearly over: it should be renewed');
      return;
    case 'expired':
      logger.error(document, 'the time of a trust document is over: nothing opens by it');
      return;
    default:
      standing satisfies never;
  }
}
