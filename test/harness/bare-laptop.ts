// A laptop without Electron: the trusted core as `app.ts` puts it together, on real files, with a real key store and, unless
// it is told otherwise, a real network.
import { join } from 'node:path';
import { Entry } from '@napi-rs/keyring';
import { dataPlaces } from '../../src/main/data-places.ts';
import type { DataPlaces } from '../../src/main/data-places.ts';
import { Erasure } from '../../src/main/erasure.ts';
import { exchangeWithControl } from '../../src/main/identity/control-http.ts';
import { Kiosk } from '../../src/main/kiosk.ts';
import type { KioskParts } from '../../src/main/kiosk.ts';
import { openSocket } from '../../src/main/link/socket.ts';
import { systemClock } from '../../src/main/platform/clock.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import { systemFiles } from '../../src/main/platform/files.ts';
import { plainMachine } from '../../src/main/platform/machine-file.ts';
import { systemRandom } from '../../src/main/platform/random.ts';
import type { DeviceRecord } from '../../src/main/record.ts';
import { keyStoreOf, openVault } from '../../src/main/vault-opening.ts';
import type { VaultParts } from '../../src/main/vault-opening.ts';

/** What a laptop without Electron may be asked to be. */
export interface BareLaptopOptions {
  /** Its data folder. */
  readonly folder: string;
  /** `os`: that of the session this program runs in. */
  readonly keyStore: 'os' | 'development';
  /** Puts something into its record before it starts, as an enrolment does. */
  readonly prepare?: (record: DeviceRecord) => DeviceRecord;
  readonly network?: Pick<KioskParts, 'openSocket' | 'exchange'>;
  /** The machine's by default. */
  readonly clock?: Clock;
  /** Told of every line of its log. */
  readonly onLog?: (line: Readonly<Record<string, unknown>>) => void;
}

/** What a start came to. */
export type BareLaptop =
  | { readonly outcome: 'open'; readonly kiosk: Kiosk; readonly places: DataPlaces; readonly ended: Promise<void> }
  | { readonly outcome: 'wiped' }
  | { readonly outcome: 'refused'; readonly reason: string };

/**
 * Starts a laptop: a wipe that was begun is finished first, before anything else is looked at.
 * @returns the laptop; its `ended` resolves when the client would end to start anew
 */
export async function startBareLaptop(options: BareLaptopOptions): Promise<BareLaptop> {
  Object.assign(globalThis, { __DEVELOPMENT_KEY_STORE__: true });
  const parts = await vaultParts(options);
  const keyStore = keyStoreOf(parts);
  const { exchange } = options.network ?? { exchange: exchangeWithControl };
  const erasure = new Erasure({
    ...parts,
    clock: options.clock ?? systemClock,
    keyStore,
    choose: () => ({ erasers: [], powerSwitch: undefined }),
    exchange,
  });
  if (erasure.status !== 'none') {
    if (erasure.status === 'wiping') await erasure.resume();
    return { outcome: 'wiped' };
  }
  const vault = openVault(parts, keyStore);
  if (vault.outcome === 'refused') return vault;
  const { prepare } = options;
  if (prepare !== undefined) vault.record.update(prepare);
  return { outcome: 'open', places: parts.places, ...start(options, parts, { ...vault, keyStore, erasure }) };
}

function start(
  { network = { openSocket, exchange: exchangeWithControl }, clock = systemClock }: BareLaptopOptions,
  { places, ...parts }: VaultParts,
  vault: Pick<KioskParts, 'record' | 'damage' | 'keyStore' | 'erasure'>,
): { kiosk: Kiosk; ended: Promise<void> } {
  let startAnew = (): void => undefined;
  const ended = new Promise<void>((resolve) => (startAnew = resolve));
  const kiosk = new Kiosk({
    ...parts,
    ...vault,
    ...network,
    journalPath: places.journal,
    eventsPath: places.events,
    startAnew,
    software: () => null,
    notify: () => undefined,
    client: 'sallyport bare',
    clock,
  });
  kiosk.start();
  return { kiosk, ended };
}

async function vaultParts({ folder, keyStore, onLog = () => undefined }: BareLaptopOptions): Promise<VaultParts> {
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= '/nowhere';
  const { default: Store } = await import('electron-store');
  const logged = (line: object, message: string): void => onLog({ ...line, msg: message });
  return {
    places: dataPlaces(folder),
    files: systemFiles,
    random: systemRandom,
    machine: plainMachine,
    tpm: undefined,
    wantsDevelopmentKeyStore: keyStore === 'development',
    keyringFolder: join(process.env['XDG_DATA_HOME'] ?? folder, 'keyrings'),
    Entry,
    Store,
    log: { info: logged, warn: logged, error: logged },
  };
}
