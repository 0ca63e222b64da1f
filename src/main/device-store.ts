import { ConsultationJournal } from './consultation-journal.ts';
import { faultOf } from './device-journal.ts';
import { EventJournal } from './event-journal.ts';
import type { Files } from './platform/files.ts';
import type { Random } from './platform/random.ts';
import type { Kept, Log } from './ports.ts';
import type { DeviceRecord, Enrolment } from './record.ts';
import { keptEnrolment, part } from './record.ts';
import type { StoreDamage } from './store-damage.ts';
import type { KeyStore } from './vault/key-store.ts';

/** What {@link DeviceStore} needs. */
export interface DeviceStoreParts {
  readonly record: Kept<DeviceRecord>;
  readonly keyStore: KeyStore;
  /** The journal of consultations. */
  readonly journalPath: string;
  readonly eventsPath: string;
  /** What the vault found of the record at this start. */
  readonly damage: StoreDamage | null;
  readonly files: Files;
  readonly random: Random;
  readonly log: Log;
}

/**
 * What an enrolled laptop keeps: its part of the record and its two journals. Any of them that is not what was last
 * committed makes the store damaged, for good.
 */
export class DeviceStore {
  readonly kept: Kept<Enrolment>;
  readonly consultations: ConsultationJournal;
  readonly events: EventJournal;
  readonly #log: Log;
  readonly #onDamaged: (damage: StoreDamage) => void;
  #found: StoreDamage | null = null;

  /** @param onDamaged called with what is found, at once: also from within this constructor */
  constructor(parts: DeviceStoreParts, onDamaged: (damage: StoreDamage) => void) {
    const { record, journalPath, eventsPath, damage } = parts;
    this.#log = parts.log;
    this.#onDamaged = onDamaged;
    const begun: { events?: EventJournal } = {};
    const kept = keptEnrolment(record, () => begun.events);
    this.kept = kept;
    if (damage !== null) this.damaged(damage);
    const journal = { ...parts, device: kept.value.identity.device.id };
    this.consultations = new ConsultationJournal({ ...journal, path: journalPath, floor: part(kept, 'journal') });
    this.events = EventJournal.open({
      ...journal,
      path: eventsPath,
      mark: part(kept, 'events'),
      onRefused: (reason) => this.damaged(`journal-events-${reason}`),
    });
    begun.events = this.events;
  }

  /** How it was found damaged, at this start or before; null: it is what it was. */
  get damage(): StoreDamage | null {
    return this.#found ?? this.kept.value.damaged;
  }

  /**
   * Notes that the store is not what was last committed.
   * SECURITY: durable, so that no start forgets it; and so in this run even when the disk does not take it (S31).
   * @returns whether that is durable
   */
  damaged(damage: StoreDamage): boolean {
    this.#found ??= damage;
    this.#log.error({ damage }, 'store damaged');
    const isKept = this.#keep(damage);
    this.#onDamaged(damage);
    return isKept;
  }

  /** Lets go of both journals. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([this.consultations.close(), this.events.close()]);
  }

  #keep(damage: StoreDamage): boolean {
    try {
      this.kept.update((value) => ({ ...value, damaged: value.damaged ?? damage }));
      return true;
    } catch (error) {
      this.#log.error(faultOf(error), 'damage not kept');
      return false;
    }
  }
}
