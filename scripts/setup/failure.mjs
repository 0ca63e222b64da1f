/** Set-up cannot go on, and the person running it can be told why in one plain message. */
export class SetupFailure extends Error {
  /** @param {string} message what is wrong and what to do about it, in plain words */
  constructor(message) {
    super(message);
    this.name = 'SetupFailure';
  }
}
