import type { DeviceAppointment } from '@sallyport/protocol';
import { ParticipantGate } from '@sallyport/protocol/participants';
import type { GateOptions } from '@sallyport/protocol/participants';
import { forgetJoin } from './own-join.ts';
import type { OwnJoin } from './own-join.ts';
import type { SeatView } from './seat-view.ts';

/** One stay in one room, from the wish to join until it is left. */
export class Stay {
  readonly room: string;
  /** When the room closes at the latest, by what people have approved, ms since 1970. */
  readonly closesBy: number;
  readonly gate: ParticipantGate;
  /** The room as the laptop last heard of it; undefined until the seat is taken. */
  view: SeatView | undefined;
  /** Whether control gave the seat. */
  isGranted = false;
  #own: OwnJoin | undefined;
  #isOver = false;

  constructor({ id, closesAt }: DeviceAppointment, gate: GateOptions) {
    this.room = id;
    this.closesBy = closesAt;
    this.gate = new ParticipantGate(gate);
  }

  /** Keeps the laptop's own join for as long as the stay lasts. */
  keep(own: OwnJoin): void {
    if (this.#isOver) forgetJoin(own);
    else this.#own = own;
  }

  /** Nothing of the room comes through any more, and the join's key is forgotten. Idempotent. */
  end(): void {
    this.#isOver = true;
    this.gate.close();
    if (this.#own !== undefined) forgetJoin(this.#own);
    this.#own = undefined;
  }
}
