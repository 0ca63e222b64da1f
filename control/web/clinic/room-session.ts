import { closeCodes, mediaAllowance, noProgress, statementRefusal } from '@sallyport/protocol';
import type {
  DeclineReason,
  JoinProof,
  MediaAllowance,
  MediaSource as Source,
  Outcome,
  PeerKind,
  Refusal,
  RoomEnd,
  RoomRequestMethod,
  RoomRequestParams,
  RoomRequestResult,
  WaitingMessage,
} from '@sallyport/protocol';
import type { RoomClient, RoomSignalling } from '@sallyport/room-client';
import type { Admission } from './admission.ts';
import { gatedSignalling } from './gated-signalling.ts';
import type { GatedSignalling } from './gated-signalling.ts';
import type { MediaSource } from './own-media.ts';
import { OwnSending } from './own-sending.ts';
import { openRoomSocket } from './room-socket.ts';
import type { PlainSocket, RoomSocket } from './room-socket.ts';
import { afterHappening, freshRoom, hearAll } from './room-state.ts';
import type { InRoom, RoomHappening, RoomState } from './room-state.ts';

/** What of a room's client is needed. */
export type SessionClient = Pick<RoomClient, 'on' | 'join' | 'publish' | 'unpublish' | 'setMuted' | 'leave' | 'close'>;

export interface RoomSessionOptions {
  /** Who joins; the room's consultant unless stated. */
  kind?: PeerKind;
  connect: () => PlainSocket;
  /** Makes a client of the room, which joins once. */
  makeClient: (signalling: RoomSignalling) => SessionClient;
  /** How the consultant gets in, and what they make of who else is there. */
  admission: Pick<Admission, 'obtain' | 'discard' | 'verify' | 'refreshTrust'>;
  devices: MediaSource | undefined;
  /** Waits, milliseconds. */
  wait: (milliseconds: number) => Promise<void>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** What the consultant asks of the room in one word. */
export type RoomAct = 'room.admit' | 'room.checkName' | 'room.startDebrief' | 'room.end';

/** After a broken connection: how often it is tried again, and how long it waits in between, milliseconds. */
const retries = { times: 15, pause: 2000 };
/** Refusals that no later try mends. */
const hopeless: readonly Refusal['reason'][] = ['too-late', 'not-allowed', 'not-found', 'wrong-state'];
/** Refusals of the proof itself: it has to be approved anew. */
const ofProof: readonly Refusal['reason'][] = [...statementRefusal.options, 'unverified'];

/** A stay in one room, the consultant's or a guest's: socket, media, what they do, and one state that the page shows. */
export class RoomSession {
  readonly #options: RoomSessionOptions;
  readonly #kind: PeerKind;
  readonly #listeners = new Set<() => void>();
  readonly #own: OwnSending;
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
    this.#kind = options.kind ?? 'consultant';
    this.#own = new OwnSending({
      devices: options.devices,
      allowance: () => this.#allowance,
      client: () => this.#client,
      stay: () => this.#stay,
      onOwn: (source, own) => {
        if (this.#state.state === 'inRoom') this.#change({ own: { ...this.#state.own, [source]: own } });
      },
      onProblem: (problem) => {
        this.#change({ problem });
      },
    });
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
    return this.#own.track(source);
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

  /** Takes camera and microphone and publishes them; again after a problem. Nothing while the room allows none. */
  startOwnMedia(): Promise<void> {
    return this.#own.start();
  }

  /** Mutes or unmutes the microphone, turns the camera off or on: here at once, then for the others. */
  setPaused(source: 'camera' | 'microphone', paused: boolean): Promise<void> {
    return this.#own.setPaused(source, paused);
  }

  /** Asks which screen or window to show, and shows it; nothing while the room allows none. */
  shareScreen(): Promise<void> {
    return this.#own.share();
  }

  /** Stops showing a screen. */
  stopSharing(): Promise<void> {
    return this.#own.end('screen');
  }

  /** Asks the room for its next phase, or its end, or confirms the name. @returns why not, when it is refused */
  ask(method: RoomAct): Promise<Refusal | undefined> {
    return this.#request(method, {});
  }

  /** Tells whoever waits how long it takes. @returns why not, when it is refused */
  tell(message: WaitingMessage): Promise<Refusal | undefined> {
    return this.#request('room.message', { message }, () => {
      this.#heard({ event: 'message', value: message });
    });
  }

  /** Sends away whoever waits; the room ends. @returns why not, when it is refused */
  decline(reason: DeclineReason): Promise<Refusal | undefined> {
    return this.#request('room.decline', { reason });
  }

  /** Lets the room close later, once. @returns why not, when it is refused */
  extend(): Promise<Refusal | undefined> {
    return this.#request('room.extend', {}, ({ closesAt }) => {
      this.#heard({ event: 'closesAt', value: closesAt });
    });
  }

  /** Leaves the room; every track is stopped before this returns. */
  leave(): void {
    if (this.#state.state === 'idle' || this.#state.state === 'left') return;
    if (this.#state.state === 'failed') {
      // Nothing was joined, so nothing is left: the next look at the page is a first one.
      this.#setState({ state: 'idle' });
      return;
    }
    // Its request is on the socket before the socket closes.
    void this.#client?.leave();
    this.#finish({ state: 'left', reason: 'left' });
  }

  async #request<M extends RoomRequestMethod>(
    method: M,
    params: RoomRequestParams<M>,
    onDone: (result: RoomRequestResult<M>) => void = () => undefined,
  ): Promise<Refusal | undefined> {
    const stay = this.#stay;
    const answer = await this.#socket?.request(method, params);
    // The room's end can arrive before the answer to asking for it, and closes the socket.
    if (answer === undefined || stay !== this.#stay) return undefined;
    if (!answer.ok) return answer.refusal;
    onDone(answer.value);
    return undefined;
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
      kind: this.#kind,
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
    const now = this.#options.now();
    const fresh: InRoom = { ...freshRoom, ...joined.value };
    const room = early.reduce((before, happening) => afterHappening(before, happening, now), fresh);
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
    if (happening.event === 'localTrackEnded') this.#own.lost(happening.value);
    if (this.#state.state !== 'inRoom') return;
    const vouchers = this.#signalling?.vouchers ?? this.#state.vouchers;
    const before = this.#allowance;
    this.#change({ ...afterHappening(this.#state, happening, this.#options.now()), vouchers });
    if (!before.sends && this.#allowance.sends) void this.startOwnMedia();
    void this.#own.withhold();
  }

  /** What the room allows whoever is here. */
  get #allowance(): MediaAllowance {
    return mediaAllowance(this.#state.state === 'inRoom' ? this.#state : closed, this.#kind);
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
        await this.#own.startAgain();
        return;
      }
      if ([...hopeless, ...ofProof].includes(entered.refusal.reason)) break;
    }
    this.#finish({ state: 'left', reason: lostBy });
  }

  #begin(state: RoomState): number {
    this.#stay += 1;
    this.#setState(state);
    return this.#stay;
  }

  #finish(state: RoomState): void {
    this.#stay += 1;
    this.#own.stop();
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

  #change(changed: Partial<InRoom>): void {
    if (this.#state.state === 'inRoom') this.#setState({ ...this.#state, ...changed });
  }

  #setState(state: RoomState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Where nothing is allowed. */
const closed = { phase: 'ended', progress: noProgress } as const;
/** For a stay that ended while it was beginning; nobody is shown it. */
const superseded = { ok: false, refusal: { reason: 'wrong-state' } } as const;
