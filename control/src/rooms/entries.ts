import type { AuditEntry } from '@sallyport/protocol';
import type { RoomPeer } from '../ports.ts';

/** An entry as the audit chain takes it. */
type Entry = Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'detail'>;

/** Control itself, as the record names it. */
export const control: AuditEntry['actor'] = { kind: 'control', id: null, name: 'control' };

/** A participant, as the record names it. */
export function actorOf({ kind, id, name }: Pick<RoomPeer, 'kind' | 'id' | 'name'>): AuditEntry['actor'] {
  return { kind: kind === 'device' ? 'device' : 'person', id, name };
}

/** What somebody did in a room. No patient data. */
export function entryOf(
  actor: AuditEntry['actor'],
  action: string,
  room: string | null,
  detail: AuditEntry['detail'],
): Entry {
  return { actor, action, subject: room, detail };
}
