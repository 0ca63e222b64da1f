import type { CheckReport, NetworkFigures, Screen } from '@sallyport/protocol';
import { describe, expect, test, vi } from 'vitest';
import { opened, inRoom } from '../screens/screens-testing.tsx';
import { captureFor } from '../view.ts';
import type { CaptureState } from './capture.ts';
import { DeviceCheck } from './device-check.ts';
import type { CheckInstruments, CheckTracks } from './device-check.ts';

const network: NetworkFigures = {
  ...{ lossUp: 0, lossDown: 0, jitter: 4, roundTrip: 30 },
  ...{ bitrateUp: 900_000, bitrateDown: 900_000 },
};
const report: CheckReport = { camera: 'working', microphone: 'heard', speaker: 'heard', network };
const track = (name: string) => ({ name }) as unknown as MediaStreamTrack;
const [camera, microphone] = [track('camera'), track('microphone')];
const working: CaptureState = {
  camera: { state: 'working', track: camera },
  microphone: { state: 'working', track: microphone },
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const running = opened({ check: { running: true, report: null } });

/** A laptop whose parts do what the test says. */
class Bench implements CheckInstruments {
  readonly reports: CheckReport[] = [];
  readonly sent: CheckTracks[] = [];
  begun = 0;
  ended = 0;
  answer: Awaited<ReturnType<CheckInstruments['begin']>> = {
    ok: true,
    value: { rtpCapabilities: { codecs: [], headerExtensions: [] } },
  };
  devices: CaptureState = working;
  figures: NetworkFigures | null = network;
  hearsTone = true;
  hears = true;
  /** Set: the network is measured until the test lets it go on. */
  measuring: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  readonly capture = {
    current: () => this.devices,
    subscribe: (listener: () => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
  };

  capturing(devices: CaptureState): void {
    this.devices = devices;
    for (const listener of this.#listeners) listener();
  }
  async begin() {
    this.begun += 1;
    return this.answer;
  }
  async done(report: CheckReport) {
    this.reports.push(report);
  }
  sound() {
    return { tone: Promise.resolve(this.hearsTone), heard: () => this.hears, end: () => (this.ended += 1) };
  }
  async network(_: unknown, tracks: CheckTracks) {
    this.sent.push(tracks);
    await this.measuring;
    return this.figures;
  }
  /** Ends every wait at once where the test wants it. */
  waits = true;
  wait = () => (this.waits ? new Promise<void>(() => undefined) : settled().then(() => undefined));
}

function setUp(prepare: (bench: Bench) => void = () => undefined) {
  const bench = new Bench();
  prepare(bench);
  const check = new DeviceCheck({
    begin: () => bench.begin(),
    done: (told) => bench.done(told),
    capture: bench.capture,
    sound: () => bench.sound(),
    network: (_, tracks) => bench.network(_, tracks),
    wait: () => bench.wait(),
  });
  return { bench, check };
}

describe('a check', () => {
  test('measures camera, microphone, speaker and network, and tells what they came to', async () => {
    const { bench, check } = setUp();
    await check.start();
    expect(bench.reports).toEqual([report]);
    expect(bench.sent).toEqual([{ camera, microphone }]);
    expect(check.current().stage).toBe('idle');
    expect(bench.ended).toBe(1);
  });

  test('sends what works and says what does not', async () => {
    const { bench, check } = setUp((laptop) => {
      laptop.devices = { ...working, camera: { state: 'failed', problem: 'missing' } };
    });
    await check.start();
    expect(bench.sent).toEqual([{ microphone }]);
    expect(bench.reports).toEqual([{ ...report, camera: 'failed' }]);
  });

  test('waits for camera and microphone to start', async () => {
    const { bench, check } = setUp((laptop) => {
      laptop.devices = { camera: { state: 'checking' }, microphone: { state: 'checking' } };
    });
    const over = check.start();
    await settled();
    expect(bench.sent).toEqual([]);
    bench.capturing(working);
    await over;
    expect(bench.reports).toEqual([report]);
  });

  test('leaves open what the laptop did not hear: somebody is asked', async () => {
    const { bench, check } = setUp((laptop) => {
      laptop.hearsTone = false;
      laptop.hears = false;
    });
    await check.start();
    expect(bench.reports).toEqual([{ ...report, microphone: 'silent', speaker: 'unsure' }]);
    await check.answer({ ...report, speaker: 'unsure' }, false);
    expect(bench.reports.at(-1)).toEqual({ ...report, speaker: 'not-heard' });
    expect(bench.begun).toBe(1);
  });

  test('takes a tone that the microphone heard as proof of the microphone', async () => {
    const { bench, check } = setUp((laptop) => (laptop.hears = false));
    await check.start();
    expect(bench.reports).toEqual([report]);
  });

  test('that cannot begin says why, and can be asked for again', async () => {
    const { bench, check } = setUp((laptop) => {
      laptop.answer = { ok: false, refusal: { reason: 'not-connected' } };
    });
    await check.start();
    expect(check.current()).toEqual({ stage: 'idle', found: {}, refusal: 'not-connected' });
    expect(bench.reports).toEqual([]);
    await check.start();
    expect(bench.begun).toBe(2);
  });

  test('that begins by itself is tried again, because control may hear later that the laptop is open', async () => {
    const granted = new Bench().answer;
    const { bench, check } = setUp((laptop) => {
      laptop.answer = { ok: false, refusal: { reason: 'wrong-state' } };
      laptop.waits = false;
    });
    check.follow(opened());
    await settled();
    expect(bench.begun).toBeGreaterThan(0);
    bench.answer = granted;
    await vi.waitFor(() => expect(bench.reports).toHaveLength(1));
  });

  test('is not begun twice at once', async () => {
    const { bench, check } = setUp();
    await Promise.all([check.start(), check.start()]);
    expect(bench.begun).toBe(1);
  });

  test('S40 has camera and microphone off before it tells anybody', async () => {
    const { bench, check } = setUp();
    const use: string[] = [];
    check.subscribe(() => use.push(`${check.current().stage}: ${captureFor(running, isMeasuring(check))}`));
    bench.done = async () => void use.push(`told: ${captureFor(running, isMeasuring(check))}`);
    await check.start();
    expect(use.filter((word) => !word.startsWith('measuring'))).toEqual([
      'beginning: nothing',
      'telling: nothing',
      'told: nothing',
      'idle: nothing',
    ]);
    expect(use).toContain('measuring: check');
  });
});

describe('by itself', () => {
  const followed = async (screens: readonly Screen[]) => {
    const { bench, check } = setUp();
    for (const screen of screens) {
      check.follow(screen);
      await settled();
    }
    return bench.begun;
  };

  test('it begins once after the laptop was opened', async () => {
    expect(await followed([opened(), opened(), opened()])).toBe(1);
  });

  test('it begins when the laptop is connected', async () => {
    expect(await followed([opened({ link: 'connecting' })])).toBe(0);
    expect(await followed([opened({ link: 'connecting' }), opened()])).toBe(1);
  });

  test('it does not begin where one was made, or the room has been left', async () => {
    expect(await followed([opened({ check: { running: false, report } })])).toBe(0);
    expect(await followed([opened({ notice: 'left' }), opened()])).toBe(0);
    expect(await followed([inRoom(), opened({ notice: 'left' })])).toBe(0);
  });

  test('it begins anew when the laptop is opened anew', async () => {
    const inert: Screen = {
      ...{ screen: 'inert', device: opened().device, link: 'connected', pairing: { state: 'unavailable' } },
      ...{ notice: null, suspendsAt: null },
    };
    expect(await followed([opened(), inert, opened()])).toBe(2);
  });

  test.each([
    ['the laptop has joined', inRoom()],
    ['the laptop allows it no more', opened()],
  ])('S40 it ends as soon as %s, and tells nothing', async (_, screen) => {
    let goOn: (value: unknown) => void = () => undefined;
    const { bench, check } = setUp((laptop) => {
      laptop.measuring = new Promise((resolve) => (goOn = resolve));
    });
    check.follow(opened());
    await settled();
    check.follow(running);
    expect(isMeasuring(check)).toBe(true);
    check.follow(screen);
    expect(isMeasuring(check)).toBe(false);
    expect(bench.ended).toBe(1);
    goOn(undefined);
    await settled();
    expect(bench.reports).toEqual([]);
    expect(check.current().stage).toBe('idle');
  });
});

function isMeasuring(check: DeviceCheck): boolean {
  return check.current().stage === 'measuring';
}
