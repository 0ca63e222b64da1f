import type { Kysely } from 'kysely';
import { identifier } from '@sallyport/protocol';
import type { Notifications } from '../db/notifications.ts';
import type { Database } from '../db/schema.ts';
import type { Clock, DeviceLink, TrustNews, TrustNewsItem } from '../ports.ts';
import { devicesFor } from './roster-needs.ts';

/** The PostgreSQL notification channel that says what laptops should fetch. */
const trustChannel = 'trust';

/** Creates the teller: heard by every node once the transaction commits. */
export function createTrustNews(notifications: Pick<Notifications, 'notify'>): TrustNews {
  return { tell: (trx, item) => notifications.notify(trustChannel, textOf(item), trx) };
}

export interface TrustAnnouncerDeps {
  db: Kysely<Database>;
  clock: Clock;
  link: Pick<DeviceLink, 'connectedHere' | 'notify'>;
  notifications: Pick<Notifications, 'listen'>;
  onFault(error: unknown): void;
}

/**
 * Tells the laptops connected to this node that there is something newer to fetch. Whoever was not connected is told when
 * it connects.
 * @returns stops hearing
 */
export function announceTrust(deps: TrustAnnouncerDeps): Promise<() => void> {
  const announce = (item: TrustNewsItem): void => {
    concerned(deps, item)
      .then((devices) => Promise.all(devices.map((device) => deps.link.notify(device, 'trust.published', {}))))
      .catch((error: unknown) => deps.onFault(error));
  };
  const heard = (text: string): void => {
    const item = itemOf(text);
    if (item !== undefined) announce(item);
  };
  // Nobody knows what was said while this node could not hear: every laptop looks.
  return deps.notifications.listen(trustChannel, heard, () => announce({ kind: 'manifest' }));
}

async function concerned({ db, clock, link }: TrustAnnouncerDeps, item: TrustNewsItem): Promise<string[]> {
  const here = link.connectedHere();
  switch (item.kind) {
    case 'manifest':
      return here;
    case 'roster': {
      const holders = await devicesFor(db, item.site, clock.now());
      return here.filter((device) => holders.has(device));
    }
    case 'device':
      return here.filter((device) => device === item.device);
    default:
      return item satisfies never;
  }
}

function textOf(item: TrustNewsItem): string {
  switch (item.kind) {
    case 'manifest':
      return 'manifest';
    case 'roster':
      return `roster ${item.site}`;
    case 'device':
      return `device ${item.device}`;
    default:
      return item satisfies never;
  }
}

function itemOf(text: string): TrustNewsItem | undefined {
  const [kind, id] = text.split(' ');
  if (kind === 'manifest') return { kind };
  const parsed = identifier.safeParse(id);
  if (!parsed.success) return undefined;
  if (kind === 'roster') return { kind, site: parsed.data };
  return kind === 'device' ? { kind, device: parsed.data } : undefined;
}
