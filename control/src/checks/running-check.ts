import type { Clock, MediaParticipant, MediaRoom } from '../ports.ts';

interface Options {
  clock: Clock;
  /** How long it may last, milliseconds. */
  lasts: number;
  /** It is over, once. */
  onClose(): void;
}

/** One laptop's check while it lasts: without media until the media server has made its room. */
export class RunningCheck {
  readonly #options: Options;
  readonly #endsAt: number;
  readonly #timer: NodeJS.Timeout;
  #room: MediaRoom | undefined;
  #media: MediaParticipant | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#endsAt = options.clock.now() + options.lasts;
    // SECURITY: a check ends by itself, whatever its laptop does (S40).
    this.#timer = setTimeout(() => this.close(), options.lasts);
    this.#timer.unref();
  }

  /** The laptop's own media; undefined before there is a room, and when the check is over. */
  get media(): MediaParticipant | undefined {
    // Timers stand still while a machine sleeps; the clock does not.
    if (this.#options.clock.now() >= this.#endsAt) this.close();
    return this.#media;
  }

  /** Takes the room that was made for it. @returns false when the check is over: then the room is closed */
  carry(room: MediaRoom): boolean {
    if (this.#closed) {
      room.close();
      return false;
    }
    this.#room = room;
    this.#media = room.addParticipant('laptop');
    return true;
  }

  /** Closes all that it carries. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#media = undefined;
    this.#room?.close();
    this.#options.onClose();
  }
}
