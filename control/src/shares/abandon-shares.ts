import { alone } from './key-lock.ts';
import type { KeyRotationDeps } from './key-rotation.ts';
import { byControl } from './move-shares.ts';
import { destroyServerShares } from './server-shares.ts';

/** What became of giving the shares up; `key-is-here`: they can still be opened, and nothing was done. */
export type Abandoned = { outcome: 'abandoned'; shares: number } | { outcome: 'key-is-here' | 'busy' };

/**
 * Gives up every share, because the key they are sealed under is lost for good: their laptops open no more, and are to be
 * bricked and enrolled anew. Control can start again and makes a new key.
 * @throws ShareKeyError when the keys cannot be read: that can be put right
 */
export function abandonShares({ db, keys, audit, clock }: KeyRotationDeps): Promise<Abandoned> {
  return alone(db, 0, async (connection): Promise<Abandoned> => {
    const held = await keys.held();
    return connection.transaction().execute(async (trx) => {
      const key = await trx.selectFrom('share_key').select('id').forUpdate().executeTakeFirst();
      // SECURITY: nobody gives up by mistake what can still be opened (S35).
      if (key === undefined || [held?.current, ...(held?.others ?? [])].includes(key.id)) {
        return { outcome: 'key-is-here' };
      }
      const rows = await trx.selectFrom('server_shares').select('device').execute();
      const devices = rows.map(({ device }) => device);
      await destroyServerShares(trx, devices, clock.now());
      await trx.deleteFrom('share_key').execute();
      const detail = { key: key.id, shares: devices.length };
      await audit.append(trx, { actor: byControl, action: 'shares.abandoned', subject: null, detail });
      return { outcome: 'abandoned', shares: devices.length };
    });
  }).then((done) => (done === 'busy' ? { outcome: 'busy' } : done));
}
