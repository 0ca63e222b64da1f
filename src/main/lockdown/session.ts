import { readFile } from 'node:fs/promises';
import type { App, Protocol, Session } from 'electron';
import { isPageUrl, pageServer, scheme } from './scheme.ts';

/** Declares the page's scheme; before Electron is ready. */
export function declareScheme(protocol: Protocol): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, stream: true } }]);
}

/**
 * Makes a memory-only session ready for the page: serves its files and cuts everything else off.
 * @param folder absolute path of the built page
 */
export function prepareSession(session: Session, folder: string): void {
  session.protocol.handle(scheme, pageServer(folder, readOrNothing));
  // SECURITY: the page has no network: everything that is not one of its own files is cancelled (S2).
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isPageUrl(url) }));
  session.on('will-download', (event) => event.preventDefault());
  session.setSpellCheckerEnabled(false);
}

async function readOrNothing(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch {
    return undefined;
  }
}

/** Refuses what Electron would otherwise decide by itself for any session or window. */
export function guardApp(app: App, isOurs: (contents: Electron.WebContents) => boolean): void {
  // SECURITY: Chromium's own network is never used; whatever asks for a certificate decision gets no (S2).
  app.on('select-client-certificate', (event, _contents, _url, _list, answer) => {
    event.preventDefault();
    answer();
  });
  app.on('login', (event) => event.preventDefault());
  app.on('web-contents-created', (_event, contents) => {
    // SECURITY: one window: contents that are not ours are gone before they load anything (S12).
    setImmediate(() => {
      if (!contents.isDestroyed() && !isOurs(contents)) contents.close();
    });
  });
}
