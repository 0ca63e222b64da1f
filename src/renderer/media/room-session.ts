import type { RoomClient, RoomConnection } from '@sallyport/room-client';
import { captureOff } from './capture.ts';
import type { CaptureSource, CaptureState } from './capture.ts';
import { RemotePeople, nobody } from './remote-people.ts';
import type { RemoteView } from './remote-people.ts';

/** What the page shows of a room. */
export interface RoomView extends RemoteView {
  connection: RoomConnection;
  /** Whether the laptop's own microphone is turned off. */
  muted: boolean;
}

/** What of a room's client is needed. */
export type SessionClient = Pick<RoomClient, 'on' | 'join' | 'publish' | 'unpublish' | 'setMuted' | 'close'>;

export interface RoomSessionOptions {
  /** Makes a client of the room, which joins once. */
  makeClient: () => SessionClient;
  /** Runs an action once after some milliseconds, unless the returned function is called before. */
  after: (milliseconds: number, action: () => void) => () => void;
}

/** The present client and what it was given to publish. */
interface Membership {
  client: SessionClient;
  joined: boolean;
  published: Map<CaptureSource, MediaStreamTrack>;
}

const firstDelay = 500;
const longestDelay = 8000;

/** How long to wait before trying anew after so many failures in a row (from 0), milliseconds. */
export function retryDelay(failures: number): number {
  return Math.min(longestDelay, firstDelay * 2 ** failures);
}

const sources: readonly CaptureSource[] = ['camera', 'microphone'];
const nothingYet: RoomView = { connection: 'joining', muted: false, ...nobody };

/**
 * The media of the one room while the laptop is in it: joins, publishes what is captured as long as it is, keeps what
 * comes, and tries anew what did not work. Whether anything is captured, and so sent, is decided by the room's stage
 * (`captureFor`). The client itself mends a connection that breaks. For `useSyncExternalStore`.
 */
export class RoomSession {
  readonly #options: RoomSessionOptions;
  readonly #listeners = new Set<() => void>();
  readonly #remote = new RemotePeople();
  #view = nothingYet;
  #capture = captureOff;
  /** Undefined before `start`, between two tries and after `close`. */
  #membership: Membership | undefined;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;
  #publishing = Promise.resolve();

  constructor(options: RoomSessionOptions) {
    this.#options = options;
  }

  readonly current = (): RoomView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Joins. Resolves when the first try has succeeded or failed; tries go on until `close`. */
  async start(): Promise<void> {
    const client = this.#options.makeClient();
    const membership: Membership = { client, joined: false, published: new Map() };
    this.#membership = membership;
    this.#listen(client);
    const answer = await client.join();
    if (membership !== this.#membership) {
      client.close();
    } else if (answer.ok) {
      membership.joined = true;
      this.#failures = 0;
      this.#remote.found(answer.value.participants);
      this.#show({});
      this.#publishCaptured();
    } else {
      this.#drop();
      this.#show({ connection: 'reconnecting' });
      this.#retry(() => void this.start());
    }
  }

  /** Publishes the working ones of camera and microphone, now and whenever a join succeeds. */
  setCapture(capture: CaptureState): void {
    this.#capture = capture;
    this.#applyMute();
    this.#publishCaptured();
  }

  /** Turns the laptop's microphone off or on: off here at once, then for the others. */
  setMuted(muted: boolean): void {
    this.#show({ muted });
    this.#applyMute();
    this.#publishCaptured();
  }

  /** Ends the media and gives the microphone back turned on. Does nothing the second time. */
  close(): void {
    this.#drop();
    this.#show({ muted: false });
    this.#applyMute();
  }

  #listen(client: SessionClient): void {
    const whilePresent =
      <T>(take: (value: T) => void) =>
      (value: T): void => {
        if (client !== this.#membership?.client) return;
        take(value);
        this.#show({});
      };
    const put = whilePresent(this.#remote.put.bind(this.#remote));
    client.on('remoteTrack', put);
    client.on('remoteTrackPaused', put);
    client.on('remoteTrackEnded', whilePresent(this.#remote.drop.bind(this.#remote)));
    client.on('participantJoined', whilePresent(this.#remote.joined.bind(this.#remote)));
    client.on('participantLeft', whilePresent(this.#remote.left.bind(this.#remote)));
    client.on(
      'connection',
      whilePresent((connection: RoomConnection) => this.#show({ connection })),
    );
    client.on(
      'localTrackEnded',
      whilePresent((source) => {
        this.#forget(source);
        // The room took it no more while the laptop's own track goes on: it is offered anew.
        this.#retry(() => this.#publishCaptured());
      }),
    );
    client.on(
      'ended',
      whilePresent(() => this.#remote.clear()),
    );
  }

  #retry(action: () => void): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#options.after(retryDelay(this.#failures), action);
    this.#failures += 1;
  }

  #drop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    const membership = this.#membership;
    this.#membership = undefined;
    membership?.client.close();
    this.#remote.clear();
  }

  // SECURITY: muting disables the track itself, so that no lost request and no new connection can make it heard (S16).
  #applyMute(): void {
    const { microphone } = this.#capture;
    if (microphone.state === 'working') microphone.track.enabled = !this.#view.muted;
  }

  /** What is captured and what is published are brought into step, one step after the other. */
  #publishCaptured(): void {
    const membership = this.#membership;
    if (membership?.joined !== true) return;
    this.#publishing = this.#publishing
      .then(async () => {
        const done = [await this.#mute(membership)];
        for (const source of sources) done.push(await this.#publish(membership, source));
        return done.every(Boolean);
      })
      .catch(() => false)
      .then((done) => {
        if (membership !== this.#membership) return;
        if (done) this.#failures = 0;
        else this.#retry(() => this.#publishCaptured());
      });
  }

  async #mute({ client }: Membership): Promise<boolean> {
    const answer = await client.setMuted('microphone', this.#view.muted);
    return answer.ok;
  }

  async #publish({ client, published }: Membership, source: CaptureSource): Promise<boolean> {
    if (client !== this.#membership?.client) return true;
    const device = this.#capture[source];
    const track = device.state === 'working' ? device.track : undefined;
    if (track === published.get(source)) return true;
    if (track === undefined) {
      this.#forget(source);
      await client.unpublish(source);
      return true;
    }
    const answer = await client.publish(source, track);
    if (answer.ok) published.set(source, track);
    return answer.ok;
  }

  #forget(source: string): void {
    for (const known of sources) if (known === source) this.#membership?.published.delete(known);
  }

  #show(change: Partial<Pick<RoomView, 'connection' | 'muted'>>): void {
    const { connection, muted } = { ...this.#view, ...change };
    this.#view = { connection, muted, ...this.#remote.view() };
    for (const listener of this.#listeners) listener();
  }
}
