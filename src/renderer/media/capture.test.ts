import { describe, expect, test } from 'vitest';
import { Capture } from './capture.ts';
import type { CaptureDevices } from './capture.ts';

/** Devices that answer when the test says so. */
class Bench extends EventTarget implements CaptureDevices {
  readonly asked: {
    kind: 'camera' | 'microphone';
    audio: MediaStreamConstraints['audio'];
    give: (track: Track) => void;
    fail: (name: string) => void;
  }[] = [];

  getUserMedia(constraints?: MediaStreamConstraints): Promise<MediaStream> {
    const kind = constraints?.video === undefined ? 'microphone' : 'camera';
    return new Promise((resolve, reject) => {
      const give = (track: Track) => resolve({ getTracks: () => [track] } as unknown as MediaStream);
      this.asked.push({ kind, audio: constraints?.audio, give, fail: (name) => reject(new DOMException('', name)) });
    });
  }

  last(kind: 'camera' | 'microphone') {
    const found = this.asked.findLast((ask) => ask.kind === kind);
    if (found === undefined) throw new Error(`nobody asked for the ${kind}`);
    return found;
  }
}

class Track extends EventTarget {
  running = true;
  stop(): void {
    this.running = false;
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function setUp() {
  const bench = new Bench();
  const repeats = new Set<() => void>();
  const capture = new Capture(bench, (action) => {
    repeats.add(action);
    return () => repeats.delete(action);
  });
  return { bench, repeats, capture };
}

describe('camera and microphone', () => {
  test('are not asked for until a screen wants them', () => {
    const { bench, capture } = setUp();
    expect(bench.asked).toHaveLength(0);
    expect(capture.current().camera.state).toBe('off');
  });

  test('work independently: a laptop without a camera still has its microphone', async () => {
    const { bench, capture } = setUp();
    capture.want('call');
    bench.last('camera').fail('NotFoundError');
    bench.last('microphone').give(new Track());
    await settled();
    expect(capture.current().camera).toEqual({ state: 'failed', problem: 'missing' });
    expect(capture.current().microphone.state).toBe('working');
  });

  test('S40 stop when the screen is left: stopped, so that the light goes out', async () => {
    const { bench, capture, repeats } = setUp();
    const track = new Track();
    capture.want('call');
    bench.last('camera').give(track);
    await settled();
    capture.want('nothing');
    expect(track.running).toBe(false);
    expect(capture.current().camera.state).toBe('off');
    expect(repeats.size).toBe(0);
  });

  test('S40 that start only after the screen was left are stopped at once', async () => {
    const { bench, capture } = setUp();
    const track = new Track();
    capture.want('call');
    const late = bench.last('camera');
    capture.want('nothing');
    late.give(track);
    await settled();
    expect(track.running).toBe(false);
    expect(capture.current().camera.state).toBe('off');
  });

  test('keep running from one screen that wants them to the next', () => {
    const { bench, capture } = setUp();
    capture.want('call');
    capture.want('call');
    expect(bench.asked).toHaveLength(2);
  });

  test('hear the laptop’s own speaker in a check, and not in a call', async () => {
    const { bench, capture } = setUp();
    const inCheck = new Track();
    capture.want('check');
    expect(bench.last('microphone').audio).toMatchObject({ echoCancellation: false });
    bench.last('microphone').give(inCheck);
    await settled();
    capture.want('call');
    expect(inCheck.running).toBe(false);
    expect(bench.last('microphone').audio).toMatchObject({ echoCancellation: true });
  });

  test('that failed are tried again after a while and when something is plugged in', async () => {
    const { bench, capture, repeats } = setUp();
    capture.want('call');
    bench.last('camera').fail('NotReadableError');
    await settled();
    for (const repeat of repeats) repeat();
    expect(bench.asked.filter((ask) => ask.kind === 'camera')).toHaveLength(2);
    bench.last('camera').fail('NotReadableError');
    await settled();
    expect(capture.current().camera).toEqual({ state: 'failed', problem: 'in-use' });
    bench.dispatchEvent(new Event('devicechange'));
    bench.last('camera').give(new Track());
    await settled();
    expect(capture.current().camera.state).toBe('working');
    expect(bench.asked.filter((ask) => ask.kind === 'microphone')).toHaveLength(1);
  });

  test('that are unplugged are missed', async () => {
    const { bench, capture } = setUp();
    const track = new Track();
    capture.want('call');
    bench.last('microphone').give(track);
    await settled();
    track.dispatchEvent(new Event('ended'));
    expect(capture.current().microphone).toEqual({ state: 'failed', problem: 'in-use' });
  });

  test('of two tries that overlap one track is kept and the other stopped', async () => {
    const { bench, capture, repeats } = setUp();
    const [first, second] = [new Track(), new Track()];
    capture.want('call');
    bench.last('camera').fail('AbortError');
    await settled();
    for (const repeat of [...repeats, ...repeats]) repeat();
    const tries = bench.asked.filter((ask) => ask.kind === 'camera').slice(1);
    expect(tries).toHaveLength(2);
    tries[0]?.give(first);
    tries[1]?.give(second);
    await settled();
    expect([first.running, second.running]).toEqual([true, false]);
  });
});
