import type { Logger } from 'pino';
import type { Notifications } from '../db/notifications.ts';
import { rotateShareKey, type KeyRotationDeps } from './key-rotation.ts';
import { countDestroyed } from './move-shares.ts';
import { destroyedChannel } from './server-shares.ts';
import { vacuumShares } from './share-vacuum.ts';

const minute = 60_000;

export interface ShareKeeperDeps extends KeyRotationDeps {
  notifications: Pick<Notifications, 'listen'>;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** How long after a share was destroyed the key is exchanged, minutes; 0: never by itself. */
  rotateAfterMinutes: number;
  /** How often it looks, ms; default one minute. */
  lookEvery?: number;
}

/**
 * Clears up after shares that were destroyed: their bytes leave the table's file at once, and some minutes later the
 * key they were sealed under is exchanged, so that no backup gives them back. What fails is tried again at the next look.
 */
export class ShareKeeper {
  readonly #deps: ShareKeeperDeps;
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  /** What a control that ended left behind, nobody knows. */
  #isUnclean = true;
  #dueSince: number | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #closed = false;

  private constructor(deps: ShareKeeperDeps) {
    this.#deps = deps;
  }

  /** Begins to look; the keys are settled already. */
  static async create(deps: ShareKeeperDeps): Promise<ShareKeeper> {
    const keeper = new ShareKeeper(deps);
    const heard = (): void => keeper.#unclean();
    keeper.#stopListening = await deps.notifications.listen(destroyedChannel, heard, heard);
    keeper.#timer = setInterval(() => keeper.look(), deps.lookEvery ?? minute);
    keeper.look();
    return keeper;
  }

  /** Looks now; once more afterwards when it is looking already. */
  look(): void {
    if (this.#closed) return;
    this.#again = this.#looking !== undefined;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      if (this.#again) this.look();
    });
  }

  /** Waits until it looks no more, for now. */
  async idle(): Promise<void> {
    while (this.#looking !== undefined) await this.#looking;
  }

  /** Stops, and waits for what is under way. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#stopListening?.();
    await this.idle();
  }

  #unclean(): void {
    this.#isUnclean = true;
    this.look();
  }

  async #lookOnce(): Promise<void> {
    const { logger } = this.#deps;
    await this.#rotateIfDue().catch((error: unknown) =>
      logger.error({ err: error }, 'the share key was not exchanged'),
    );
    if (this.#isUnclean) await this.#clean();
  }

  async #clean(): Promise<void> {
    const { db, logger } = this.#deps;
    this.#isUnclean = false;
    try {
      this.#isUnclean = !(await vacuumShares(db));
      if (this.#isUnclean) logger.warn({}, 'an old transaction keeps destroyed shares in their table’s file');
    } catch (error) {
      this.#isUnclean = true;
      logger.warn({ err: error }, 'the table of shares could not be cleared of destroyed ones; it is tried again');
    }
  }

  async #rotateIfDue(): Promise<void> {
    const { rotateAfterMinutes, keys, clock, logger } = this.#deps;
    if (rotateAfterMinutes === 0 || keys.upkeep === undefined) return;
    if (!(await this.#isDue())) {
      this.#dueSince = undefined;
      return;
    }
    this.#dueSince ??= clock.now();
    if (clock.now() - this.#dueSince < rotateAfterMinutes * minute) return;
    const rotation = await rotateShareKey(this.#deps, () => this.#isDue());
    if (rotation.outcome !== 'rotated') return;
    this.#dueSince = undefined;
    this.#isUnclean = true;
    logger.info(
      { count: rotation.shares },
      'the share key was exchanged: destroyed shares are beyond the reach of backups. Back the database up now: the shares in older backups open no more',
    );
  }

  /** Whether shares were destroyed that the key in force still opens, in a backup. */
  async #isDue(): Promise<boolean> {
    const { db } = this.#deps;
    const key = await db.selectFrom('share_key').select('shares_destroyed').executeTakeFirst();
    return key !== undefined && (await countDestroyed(db)) > key.shares_destroyed;
  }
}
