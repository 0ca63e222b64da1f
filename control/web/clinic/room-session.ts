import { closeCodes } from '@sallyport/protocol';
import { statementRefusal } from '@sallyport/protocol';
import type { JoinProof, MediaSource as Source, Outcome, Refusal, RoomEnd } from '@sallyport/protocol';
import type { RoomClient, RoomSignalling } from '@sallyport/room-client';
import type { Admission } from './admission.ts';
import { gatedSignalling } from './gated-signalling.ts';
import type { GatedSignalling } from './gated-signalling.ts';
import { captureOwn, captureScreen } from './own-media.ts';
import type { MediaSource } from './own-media.ts';
import { openRoomSocket } from './room-socket.ts';
import type { PlainSocket, RoomSocket } from './room-socket.ts';
import { afterHappening, freshRoom, hearAll } from './room-state.ts';
import type { InRoom, OwnState, RoomHappening, RoomState } from './room-state.ts';

/** What of a room's client is needed. */
export type SessionClient = Pick<RoomClient, 'on' | 'join' | 'publish' | 'unpublish' | 'setMuted' | 'leave' | 'close'>;

export interface RoomSessionOptions {
  connect: () => PlainSocket;
  /** Makes a client of the room, which joins once. */
  makeClient: (signalling: RoomSignalling) => SessionClient;
  /** How the consultant gets in, and what they make of who else is there. */
  admission: Pick<Admission, 'obtain' | 'discard' | 'verify' | 'refreshTrust'>;
  devices: MediaSource | undefined;
  /** Waits, milliseconds. */
  wait: (milliseconds: number) => Promise<void>;
}

/** After a broken connection: how often it is tried again, and how long it waits in between, milliseconds. */
const retries = { times: 15, pause: 2000 };
/** Refusals that no later try mends. */
const hopeless: readonly Refusal['reason'][] = ['too-late', 'not-allowed', 'not-found', 'wrong-state'];
/** Refusals of the proof itself: it has to be approved anew. */
const ofProof: readonly Refusal['reason'][] = [...statementRefusal.options, 'unverified'];

/** The consultant's stay in one room: socket, media, what they do, and one state that the page shows. */
export class RoomSession {
  readonly #options: RoomSessionOptions;
  readonly #listeners = new Set<() => void>();
  readonly #tracks = new Map<Source, MediaStreamTrack>();
  readonly #muted = new Set<Source>();
  #state: RoomState = { state: 'idle' };
  #socket: RoomSocket | undefined;
  #client: SessionClient | undefined;
  #signalling: GatedSignalling | undefined;
  /** What the room was joined with. */
  #proof: JoinProof | undefined;
  /** Goes up whenever a stay begins or ends, so that what was still under way for an earlier one comes to nothing. */
  #stay = 0;

  constructor(options: RoomSessionOptions) {
    this.#options = options;
  }

  readonly snapshot = (): RoomState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** The consultant's own track of a source, to show them. */
  ownTrack(source: Source): MediaStreamTrack | undefined {
    return this.#tracks.get(source);
  }

  /**
   * Joins the room with the consultant's approval, and with camera and microphone as far as they can be had. Call it from a
   * click: the approver opens in its turn.
   */
  async join(): Promise<void> {
    if (['approving', 'joining', 'inRoom'].includes(this.#state.state)) return;
    const stay = this.#begin({ state: 'approving' });
    const admitted = await this.#options.admission.obtain();
    if (stay !== this.#stay) return;
    if (!admitted.ok) {
      this.#setState({ state: 'failed', trouble: admitted.trouble });
      return;
    }
    this.#proof = admitted.proof;
    this.#setState({ state: 'joining' });
    const entered = await this.#enter(stay, admitted.proof);
    if (stay !== this.#stay) return;
    if (entered.ok) {
      await this.startOwnMedia();
      return;
    }
    this.#drop();
    this.#setState({ state: 'failed', trouble: { kind: 'trouble', trouble: entered.refusal } });
  }

  /** There are newer manifests or rosters: everybody in the room is judged anew. */
  async trustChanged(): Promise<void> {
    const stay = this.#stay;
    const distrusted = await this.#options.admission.refreshTrust();
    if (stay !== this.#stay) return;
    this.#change({ distrusted });
    this.#signalling?.recheck();
  }

  /** Takes camera and microphone and publishes them; again after a problem. */
  async startOwnMedia(): Promise<void> {
    if (!this.#tracks.has('camera') || !this.#tracks.has('microphone')) {
      const stay = this.#stay;
      this.#stopTracks(['camera', 'microphone']);
      const own = await captureOwn(this.#options.devices);
      if (stay !== this.#stay) {
        for (const track of [own.camera, own.microphone]) track?.stop();
        return;
      }
      this.#change({ problem: own.problem });
      if (own.camera !== undefined) this.#tracks.set('camera', own.camera);
      if (own.microphone !== undefined) this.#tracks.set('microphone', own.microphone);
    }
    await Promise.all([this.#publish('camera'), this.#publish('microphone')]);
  }

  /** Mutes or unmutes the microphone, turns the camera off or on: here at once, then for the others. */
  async setPaused(source: 'camera' | 'microphone', paused: boolean): Promise<void> {
    if (paused) this.#muted.add(source);
    else this.#muted.delete(source);
    this.#setOwn(source, paused ? 'paused' : 'on');
    await this.#client?.setMuted(source, paused);
  }

  /** Asks which screen or window to show, and shows it. */
  async shareScreen(): Promise<void> {
    const stay = this.#stay;
    const shared = await captureScreen(this.#options.devices);
    if (shared === undefined) return;
    if ('problem' in shared) {
      this.#change({ problem: shared.problem });
      return;
    }
    if (stay !== this.#stay) {
      shared.track.stop();
      return;
    }
    this.#tracks.set('screen', shared.track);
    await this.#publish('screen');
  }

  /** Stops showing a screen. */
  async stopSharing(): Promise<void> {
    this.#stopTracks(['screen']);
    this.#setOwn('screen', 'off');
    await this.#client?.unpublish('screen');
  }

  /** Asks the room for its next phase, or its end. @returns why not, when it is refused */
  async ask(method: 'room.admit' | 'room.startDebrief' | 'room.end'): Promise<Refusal | undefined> {
    const stay = this.#stay;
    const answer = await this.#socket?.request(method, {});
    // The room's end can arrive before the answer to asking for it, and closes the socket.
    if (stay !== this.#stay) return undefined;
    return answer === undefined || answer.ok ? undefined : answer.refusal;
  }

  /** Leaves the room; every track is stopped before this returns. */
  leave(): void {
    if (this.#state.state === 'idle' || this.#state.state === 'left') return;
    // Its request is on the socket before the socket closes.
    void this.#client?.leave();
    this.#finish({ state: 'left', reason: 'left' });
  }

  async #enter(stay: number, proof: JoinProof): Promise<Outcome<void>> {
    const onLost = (code: number) => {
      if (stay === this.#stay) this.#lost(code);
    };
    const opened = await openRoomSocket({ connect: this.#options.connect, onLost });
    if (!opened.ok) return opened;
    const socket = opened.value;
    if (stay !== this.#stay) {
      socket.close();
      return superseded;
    }
    // SECURITY: what the room says reaches its client, and so the page, only through the gate (S25).
    const signalling = gatedSignalling(socket, proof, {
      verify: (participant) => this.#options.admission.verify(participant),
      onStale: () => void this.trustChanged(),
      onKeptOut: () => {
        if (stay === this.#stay) this.#change({ keptOut: signalling.keptOut });
      },
    });
    const client = this.#options.makeClient(signalling);
    this.#socket = socket;
    this.#signalling = signalling;
    this.#client = client;
    const early: Exclude<RoomHappening, { event: 'ended' }>[] = [];
    hearAll(client, (happening) => {
      if (stay !== this.#stay) return;
      if (this.#state.state === 'inRoom' || happening.event === 'ended') this.#heard(happening);
      else early.push(happening);
    });
    const joined = await client.join();
    if (stay !== this.#stay) return superseded;
    if (!joined.ok) {
      if (ofProof.includes(joined.refusal.reason)) this.#options.admission.discard();
      return joined;
    }
    const { phase, participants } = joined.value;
    const room = early.reduce(afterHappening, { ...freshRoom, phase, participants });
    const { vouchers, keptOut } = signalling;
    this.#setState({ state: 'inRoom', ...room, vouchers, keptOut });
    return { ok: true, value: undefined };
  }

  #heard(happening: RoomHappening): void {
    if (happening.event === 'ended') {
      // A server that stops does not end the appointment: its room goes on when the server, or another, is there again.
      if (happening.value === 'server') void this.#comeBack('server');
      else this.#finish({ state: 'left', reason: happening.value });
      return;
    }
    if (happening.event === 'localTrackEnded') this.#tracks.delete(happening.value);
    if (this.#state.state !== 'inRoom') return;
    const vouchers = this.#signalling?.vouchers ?? this.#state.vouchers;
    this.#change({ ...afterHappening(this.#state, happening), vouchers });
  }

  #lost(code: number): void {
    if (code === closeCodes['newer-connection']) this.#finish({ state: 'left', reason: 'elsewhere' });
    else void this.#comeBack('connection-lost');
  }

  /** The connection is gone and the seat free on control: the room is joined afresh, with the same tracks. */
  async #comeBack(lostBy: RoomEnd): Promise<void> {
    // The same as before: coming back asks nobody for another gesture.
    const proof = this.#proof;
    if (proof === undefined) return;
    for (let attempt = 0; attempt < retries.times; attempt += 1) {
      this.#drop();
      const stay = this.#begin({ state: 'lost' });
      await this.#options.wait(attempt === 0 ? 0 : retries.pause);
      if (stay !== this.#stay) return;
      const entered = await this.#enter(stay, proof);
      if (stay !== this.#stay) return;
      if (entered.ok) {
        await Promise.all([this.startOwnMedia(), this.#publish('screen')]);
        return;
      }
      if ([...hopeless, ...ofProof].includes(entered.refusal.reason)) break;
    }
    this.#finish({ state: 'left', reason: lostBy });
  }

  async #publish(source: Source): Promise<void> {
    const track = this.#tracks.get(source);
    const client = this.#client;
    if (track === undefined || client === undefined) return;
    const muted = this.#muted.has(source);
    // SECURITY: what the consultant muted stays muted when the room is joined afresh (S16).
    if (muted) await client.setMuted(source, true);
    const published = await client.publish(source, track);
    if (client !== this.#client) return;
    if (published.ok) this.#setOwn(source, muted ? 'paused' : 'on');
    else this.#change({ problem: 'media.sendFailed' });
  }

  #begin(state: RoomState): number {
    this.#stay += 1;
    this.#setState(state);
    return this.#stay;
  }

  #finish(state: RoomState): void {
    this.#stay += 1;
    // SECURITY: no camera, microphone or screen stays captured after a room (S16).
    this.#stopTracks([...this.#tracks.keys()]);
    this.#muted.clear();
    this.#drop();
    this.#setState(state);
  }

  #drop(): void {
    this.#client?.close();
    this.#client = undefined;
    this.#signalling?.close();
    this.#signalling = undefined;
    this.#socket?.close();
    this.#socket = undefined;
  }

  #stopTracks(sources: readonly Source[]): void {
    for (const source of sources) {
      this.#tracks.get(source)?.stop();
      this.#tracks.delete(source);
    }
  }

  #setOwn(source: Source, own: OwnState): void {
    if (this.#state.state === 'inRoom') this.#change({ own: { ...this.#state.own, [source]: own } });
  }

  #change(changed: Partial<InRoom>): void {
    if (this.#state.state === 'inRoom') this.#setState({ ...this.#state, ...changed });
  }

  #setState(state: RoomState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** For a stay that ended while it was beginning; nobody is shown it. */
const superseded = { ok: false, refusal: { reason: 'wrong-state' } } as const;
