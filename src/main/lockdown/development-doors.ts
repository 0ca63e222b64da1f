declare global {
  /** Set by the build: true only in development builds; a packaged build has `false` and drops what hangs on it. */
  const __DEVELOPMENT__: boolean;
}

/** What a start may have beyond what the product allows. */
export interface StartDoors {
  readonly switches: readonly string[];
  readonly variables: readonly string[];
}

/** What tests and a developer's machine need. Nothing but a development build refers to it. */
export const developmentDoors: StartDoors = {
  switches: [
    'allow-loopback-in-peer-connection',
    'disable-dev-shm-usage',
    'disable-gpu',
    'force-device-scale-factor',
    'inspect',
    'lang',
    'no-sandbox',
    'remote-debugging-port',
    'sallyport-data',
    'sallyport-development-key-store',
    'sallyport-machine',
    'sallyport-started-again',
    'sallyport-tpm',
    'sallyport-window',
    'use-fake-device-for-media-stream',
    'use-file-for-fake-audio-capture',
    'use-file-for-fake-video-capture',
  ],
  // Control's authority is pinned, so more authorities change nothing; the others say where a development tool finds
  // Electron.
  variables: [
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_DIR',
    'SSL_CERT_FILE',
    'ELECTRON_DISABLE_SECURITY_WARNINGS',
    'ELECTRON_EXEC_PATH',
    'ELECTRON_OVERRIDE_DIST_PATH',
  ],
};

/** The options of a development build. */
export interface DevelopmentOptions {
  /** `--sallyport-data=DIR`: where this laptop keeps its data. */
  readonly data: string | undefined;
  /** `--sallyport-development-key-store`: keep secrets readable in files. */
  readonly wantsKeyStore: boolean;
  /** `--sallyport-machine=FILE`: the machine's description, which may be ours; otherwise where the image keeps it. */
  readonly machine: string | undefined;
  /** `--sallyport-tpm=TCTI`: the security chip, as tpm2-tools name it, such as one in software. */
  readonly tpm: string | undefined;
  /** `--sallyport-window`: an ordinary window on somebody's desktop instead of the whole screen. */
  readonly inWindow: boolean;
  /** `--sallyport-started-again`: a test driver starts the client again after an erasure, and keeps its hold on it. */
  readonly isStartedAgain: boolean;
  /** Settles once the test driver that was announced on the command line is there. */
  readonly attached: Promise<void>;
}

/** What every other build has instead. */
export const productOptions: DevelopmentOptions = {
  data: undefined,
  wantsKeyStore: false,
  machine: undefined,
  tpm: undefined,
  inWindow: false,
  isStartedAgain: false,
  attached: Promise.resolve(),
};

/** Reads the options of a development build. Nothing but a development build refers to it. */
export function developmentOptions(argv: readonly string[]): DevelopmentOptions {
  return {
    data: valueOf(argv, '--sallyport-data='),
    wantsKeyStore: argv.includes('--sallyport-development-key-store'),
    machine: valueOf(argv, '--sallyport-machine='),
    tpm: valueOf(argv, '--sallyport-tpm='),
    inWindow: argv.includes('--sallyport-window'),
    isStartedAgain: argv.includes('--sallyport-started-again'),
    attached: driverAttached(argv),
  };
}

function valueOf(argv: readonly string[], start: string): string | undefined {
  const value = argv.find((argument) => argument.startsWith(start))?.slice(start.length);
  return value === '' ? undefined : value;
}

/** Longest wait for a test driver that was announced and does not come, ms. */
const patience = 5000;

/** A page that loads while Playwright attaches is lost to it; it calls `__playwright_run` once it has attached. */
function driverAttached(argv: readonly string[]): Promise<void> {
  const isAnnounced = ['--inspect', '--remote-debugging-port'].every((name) =>
    argv.some((argument) => argument.startsWith(name)),
  );
  if (!isAnnounced) return Promise.resolve();
  return new Promise((resolve) => {
    Object.assign(globalThis, { __playwright_run: () => resolve() });
    setTimeout(resolve, patience);
  });
}
