import { BrowserWindow } from 'electron';
import type { Session, WebContents } from 'electron';
import { isKeyAllowed } from './keys.ts';
import { isPageUrl, pageUrl } from './scheme.ts';

/** What {@link createWindow} needs. */
export interface WindowOptions {
  readonly session: Session;
  /** Absolute path of the built preload script. */
  readonly preload: string;
  readonly title: string;
  /** An ordinary window on a developer's desktop; never in the product. */
  readonly inWindow: boolean;
  /** Whether the application is on its way out; otherwise the window cannot be closed. */
  readonly isQuitting: () => boolean;
  /** Whether text may be pasted now. */
  readonly mayPaste: () => boolean;
}

const wholeScreen = {
  kiosk: true,
  fullscreen: true,
  frame: false,
  resizable: false,
  minimizable: false,
  alwaysOnTop: true,
  skipTaskbar: true,
} as const;

/** Makes the only window: full screen, in front, closed off, still empty. */
export function createWindow(options: WindowOptions): BrowserWindow {
  const { session, preload, title, inWindow, isQuitting, mayPaste } = options;
  const window = new BrowserWindow({
    title,
    show: true,
    ...(inWindow ? { width: 1366, height: 768 } : wholeScreen),
    autoHideMenuBar: true,
    roundedCorners: false,
    backgroundColor: '#ffffff',
    webPreferences: {
      session,
      preload,
      // SECURITY: the page is untrusted: sandboxed, isolated, without Node, tools or any second content (S12).
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      plugins: false,
      devTools: false,
      spellcheck: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      disableDialogs: true,
      safeDialogs: true,
      enableWebSQL: false,
      // SECURITY: no dialog for files but the ticket's own file input at the bench (S12).
      disableBlinkFeatures: 'FileSystemAccessLocal',
      backgroundThrottling: false,
      autoplayPolicy: 'no-user-gesture-required',
    },
  });
  // SECURITY: pictures of patients do not end up in another program's capture, where the system supports it (S11).
  window.setContentProtection(true);
  window.removeMenu();
  guardContents(window.webContents, mayPaste);
  if (!inWindow) guardWindow(window, isQuitting);
  return window;
}

/** SECURITY: the page stays the page: no navigation, window, frame, menu or accelerator leads out of it (S12). */
function guardContents(contents: WebContents, mayPaste: () => boolean): void {
  const deny = (event: { preventDefault: () => void }): void => event.preventDefault();
  contents.on('will-navigate', deny);
  contents.on('will-frame-navigate', deny);
  contents.on('will-redirect', deny);
  contents.on('will-attach-webview', deny);
  contents.on('will-prevent-unload', deny);
  contents.on('context-menu', deny);
  // `moveTo`, `resizeTo` and their like.
  contents.on('content-bounds-updated', deny);
  contents.on('select-bluetooth-device', (event, _devices, answer) => {
    event.preventDefault();
    answer('');
  });
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('before-input-event', (event, input) => {
    if (!isKeyAllowed(input, mayPaste())) event.preventDefault();
  });
  contents.on('zoom-changed', () => contents.setZoomFactor(1));
  contents.on('dom-ready', () => {
    contents.setZoomFactor(1);
    void contents.setVisualZoomLevelLimits(1, 1);
  });
}

function guardWindow(window: BrowserWindow, isQuitting: () => boolean): void {
  window.on('page-title-updated', (event) => event.preventDefault());
  window.on('close', (event) => {
    if (!isQuitting()) event.preventDefault();
  });
  window.on('leave-full-screen', () => window.setFullScreen(true));
  window.on('minimize', () => window.restore());
}

/** How long to wait before a page that is gone is loaded again, ms. */
const reloadDelay = 500;

/**
 * Loads the page, and loads it again whenever it is gone.
 * @param onGone told each time, with Chromium's reason
 */
export function keepPageLoaded(window: BrowserWindow, onGone: (reason: string) => void): void {
  const load = (): void => {
    if (window.isDestroyed()) return;
    window.loadURL(pageUrl).catch((error: unknown) => {
      onGone(error instanceof Error ? 'load-failed' : 'unknown');
      setTimeout(load, reloadDelay);
    });
  };
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    onGone(reason);
    setTimeout(load, reloadDelay);
  });
  // SECURITY: about:blank does not ask before it replaces the page (no `will-navigate`); it does not stay (S12).
  window.webContents.on('did-navigate', (_event, url) => {
    if (isPageUrl(url)) {
      // SECURITY: there is nothing to go back to, for the mouse's own button either (S12).
      window.webContents.navigationHistory.clear();
      return;
    }
    onGone('navigated');
    setTimeout(load, reloadDelay);
  });
  load();
}
