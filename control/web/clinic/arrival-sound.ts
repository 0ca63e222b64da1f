/** The parts of an `AudioContext` that a short sound needs; a test listens to its own. */
export type SoundMaker = Pick<
  AudioContext,
  'currentTime' | 'destination' | 'createOscillator' | 'createGain' | 'resume'
>;

export interface ArrivalSoundOptions {
  makeSound: () => SoundMaker;
  /** Where the wish is remembered; may throw, where the browser stores nothing. */
  storage: () => Pick<Storage, 'getItem' | 'setItem'>;
}

const remembered = 'sallyport.arrival-sound';
/** Two tones, rising: hertz, and when each begins, in seconds. */
const tones = [
  { frequency: 660, at: 0 },
  { frequency: 880, at: 0.22 },
] as const;
const toneSeconds = 0.2;
const loudness = 0.2;

/** The optional sound for somebody who comes to wait; whether it is wanted is remembered on this computer. */
export class ArrivalSound {
  readonly #options: ArrivalSoundOptions;
  #maker: SoundMaker | undefined;

  constructor(options: ArrivalSoundOptions) {
    this.#options = options;
  }

  get wanted(): boolean {
    try {
      return this.#options.storage().getItem(remembered) === 'on';
    } catch {
      return false;
    }
  }

  /** Turns it on, and lets it be heard once, or off. */
  want(wanted: boolean): void {
    try {
      this.#options.storage().setItem(remembered, wanted ? 'on' : 'off');
    } catch {
      // A browser that stores nothing asks again next time.
    }
    if (wanted) this.#play();
  }

  /** Makes the sound, if it is wanted. A browser that lets no page be heard before a click stays silent. */
  ring(): void {
    if (this.wanted) this.#play();
  }

  #play(): void {
    this.#maker ??= this.#options.makeSound();
    const maker = this.#maker;
    void maker.resume().then(
      () => {
        for (const { frequency, at } of tones) playTone(maker, frequency, maker.currentTime + at);
      },
      () => undefined,
    );
  }
}

function playTone(maker: SoundMaker, frequency: number, from: number): void {
  const oscillator = maker.createOscillator();
  const gain = maker.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(loudness, from);
  gain.gain.exponentialRampToValueAtTime(0.001, from + toneSeconds);
  oscillator.connect(gain);
  gain.connect(maker.destination);
  oscillator.start(from);
  oscillator.stop(from + toneSeconds);
}
