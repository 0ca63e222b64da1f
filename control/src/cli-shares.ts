import { loadConfiguration } from './config.ts';
import { isMigrated } from './db/migrate.ts';
import { openFoundation } from './foundation.ts';
import { createLogger } from './log.ts';
import { abandonShares } from './shares/abandon-shares.ts';
import { chooseShareKeys } from './shares/choose-keys.ts';
import { rotateShareKey, type KeyRotationDeps } from './shares/key-rotation.ts';
import { lookAtShares, type ShareStatus } from './shares/share-status.ts';
import { vacuumShares } from './shares/share-vacuum.ts';
import { say, UsageError, type CommandOptions } from './cli-command.ts';

/**
 * `control shares status`: how many shares there are, under which key and since when, and whether each of them opens.
 * @returns 0 when all do, 1 when one does not
 * @throws UsageError or ConfigurationError in words
 */
export function runSharesStatus(options: CommandOptions): Promise<number> {
  return withShares(options, async ({ db, keys, fleet }) => {
    const status = await lookAtShares(db, keys, fleet);
    for (const line of describe(status, keys.place)) say(line);
    return status.trouble === undefined ? 0 : 1;
  });
}

/**
 * `control shares rotate`: a new key, every share sealed under it, the old key destroyed. Control may be serving meanwhile.
 * @returns 0 when that is done, 1 when another process is at it
 * @throws UsageError, ConfigurationError or ShareKeyError in words
 */
export function runSharesRotate(options: CommandOptions): Promise<number> {
  return withShares(options, async (deps) => {
    const rotation = await rotateShareKey(deps);
    switch (rotation.outcome) {
      case 'rotated':
        say(`${rotation.shares} shares are sealed under a new key; the old one is destroyed where control had it.`);
        await clear(deps);
        say('Back the database up now: the shares in older backups open no more.');
        return 0;
      case 'by-hand':
        say(byHand);
        return 0;
      case 'busy':
        say('Another process is exchanging the key at this moment. Try again.');
        return 1;
      default:
        return rotation satisfies never;
    }
  });
}

/**
 * `control shares abandon`: gives every share up when their key is lost.
 * @returns 0 when that is done, 1 when the key is there or another process is at it
 * @throws UsageError, ConfigurationError or ShareKeyError in words
 */
export function runSharesAbandon(options: CommandOptions): Promise<number> {
  return withShares(options, async (deps) => {
    const abandoned = await abandonShares(deps);
    switch (abandoned.outcome) {
      case 'abandoned':
        say(
          `${abandoned.shares} shares are given up. Their laptops open no more: brick each of them and enrol it anew.`,
        );
        return 0;
      case 'key-is-here':
        say(`The key of the shares is in ${deps.keys.place}: there is nothing to give up, and nothing was changed.`);
        return 1;
      case 'busy':
        say('Another process is exchanging the key at this moment. Try again.');
        return 1;
      default:
        return abandoned satisfies never;
    }
  });
}

const byHand = `The key comes from the environment, so it is yours to exchange:
  1. openssl rand -base64 32
  2. Give control that key as SALLYPORT_SHARE_KEY and the present one as SALLYPORT_SHARE_KEYS_OLD, and restart it:
     it seals every share anew before it listens. (Or run this command once with both.)
  3. When "control shares status" names the new key, take SALLYPORT_SHARE_KEYS_OLD away, restart, and destroy the old key
     wherever it was kept.`;

async function withShares(options: CommandOptions, act: (deps: KeyRotationDeps) => Promise<number>): Promise<number> {
  const configuration = await loadConfiguration(process.env, options.config);
  const foundation = await openFoundation(configuration, createLogger('error', process.stderr));
  try {
    if (!(await isMigrated(foundation.db))) {
      throw new UsageError('The database is not up to date. Run: control migrate');
    }
    const fleet = await foundation.db.selectFrom('fleet').select('id').executeTakeFirst();
    if (fleet === undefined) throw new UsageError('This database holds no fleet yet.');
    const keys = chooseShareKeys(configuration.shares.keys, fleet.id);
    return await act({ ...foundation, keys, fleet: fleet.id });
  } finally {
    await foundation.close();
  }
}

/** A control that serves hears of the rotation and clears the table too, and goes on trying. */
async function clear({ db }: KeyRotationDeps): Promise<void> {
  const cleared = await vacuumShares(db).catch(() => false);
  if (!cleared) say('The table still holds the rows of the old key; control clears it when it serves.');
}

function describe({ key, shares, unreadable, trouble, destroyedSince }: ShareStatus, place: string): string[] {
  if (key === undefined) return [`There are no shares yet, and no key is in force (${place}).`];
  return [
    `${shares} shares under the key ${key.id}, in force since ${key.since.toISOString()} (${place}).`,
    ...(destroyedSince === 0
      ? []
      : [
          `${destroyedSince} were destroyed under this key. Until "control shares rotate" a backup and this key give them away.`,
        ]),
    ...(trouble === undefined ? [] : [trouble]),
    ...(unreadable.length === 0 ? [] : [`These do not open: ${unreadable.join(', ')}.`]),
  ];
}
