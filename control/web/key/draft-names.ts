/** The name of the draft of a new booking: a `NewBooking`. */
export const draftOfBooking = 'book';

/** The name of the draft of an appointment's change: a `ChangeDraft`. */
export function draftOfChange(id: string): string {
  return `change ${id}`;
}
