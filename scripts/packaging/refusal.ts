/** What would be packed. */
export interface RuntimeToShip {
  /** Electron's version, `major.minor.patch`. */
  readonly version: string;
  readonly source: 'release' | 'fallback';
  /** Whether its folder carries the mark of the fallback runtime. */
  readonly isMarkedFallback: boolean;
}

/** The oldest Electron that may be shipped: older ones lack the bridge and preload fixes of 2026. */
const oldestToShip = { major: 43, minor: 5 } as const;

/**
 * Says why a runtime must not be shipped.
 * @param runtime what set-up recorded and what the folder itself shows
 * @returns plain words for the person who asked for a package; nothing when it may be shipped
 */
export function packagingRefusal(runtime: RuntimeToShip): string | undefined {
  // SECURITY: an unsupported Electron is never shipped: the fallback is for development and tests only (S18).
  if (runtime.source === 'fallback' || runtime.isMarkedFallback) {
    return `No package is made: Electron ${runtime.version} here is the fallback runtime, which is for development and tests only. Run \`npm run setup -- --retry\` where the pinned release can be downloaded, then try again.`;
  }
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(runtime.version)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) {
    return `No package is made: "${runtime.version}" is no released version of Electron.`;
  }
  const isTooOld = major < oldestToShip.major || (major === oldestToShip.major && minor < oldestToShip.minor);
  if (!isTooOld) return undefined;
  return `No package is made: Electron ${runtime.version} is no longer supported. ${oldestToShip.major}.${oldestToShip.minor} is the oldest that may be shipped.`;
}
