import type { Kysely, Transaction } from 'kysely';
import type {
  Approval,
  ApprovedStatement,
  AuditEntry,
  Change,
  CheckReport,
  ConsoleAppointment,
  ConsoleDevice,
  ConsoleErasure,
  ControlNotificationMethod,
  ControlNotificationParams,
  ControlRequestMethod,
  ControlRequestParams,
  ControlRequestResult,
  Credential,
  DeviceRequestResult,
  ErasureProof,
  Join,
  Manifest,
  MediaAllowance,
  PeerKind,
  ProducerInfo,
  Refusal,
  RoomEnd,
  RoomNotification,
  Roster,
  RoomRequestMethod,
  RoomRequestParams,
  RoomRequestResult,
} from '@sallyport/protocol';
import type { KnownRoom } from '@sallyport/protocol/participants';
import type { Database } from './db/schema.ts';

// What concerns offer one another. A concern imports the type from here and gets the object from app.ts; it never
// imports a sibling. Types only.

/** Milliseconds since the Unix epoch; injected so that tests can move it. */
export interface Clock {
  now(): number;
}

/** The audit chain. */
export interface Audit {
  /** Appends one entry inside the caller's transaction, so that an act and its record stand or fall together. */
  append(trx: Transaction<Database>, entry: Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'detail'>): Promise<void>;
}

/** Tells consoles, on every node, that a list changed (LISTEN/NOTIFY). */
export interface Changes {
  publish(topic: Change['topic']): Promise<void>;
}

/** An appointment's room as its joins are judged by: its laptop, its consultant, and the trust in force. */
export interface RoomAsKnown extends KnownRoom {
  /** The laptop and its prison, under the names people know. */
  laptop: Join['device'];
}

/** The rooms of appointments, before and whether or not anybody is in them. */
export interface KnownRooms {
  /** @returns undefined when there is none, or the manifest in force no longer has its prison or its consultant's hospital */
  find(appointment: string): Promise<RoomAsKnown | undefined>;
}

/** Appointments as the consoles show them. */
export interface Appointments {
  /** Reads one, whoever asks: whose it is decides the caller of this. */
  find(db: Kysely<Database> | Transaction<Database>, id: string): Promise<ConsoleAppointment | undefined>;
}

/** Who has laptops away from the healthcare room. */
export interface Custodies {
  /** What consoles show of each laptop that is out, by its id. */
  shown(): Promise<ReadonlyMap<string, NonNullable<ConsoleDevice['custody']>>>;
}

/** How a trust document stands in its own time; `warning`: it should be renewed now. */
export type DocumentStanding = 'held' | 'warning' | 'expired';

/** The newest manifest. Under one that is `expired` nothing opens: the verifier says `outdated` to all but suspend and brick. */
export interface ManifestInForce {
  manifest: Manifest;
  approved: ApprovedStatement;
  /** SHA-256 of its exact bytes, base64url. */
  digest: string;
  standing: DocumentStanding;
}

/** The newest roster of a site, approved as the manifest in force demands. One that is `expired` opens nothing. */
export interface RosterInForce {
  roster: Roster;
  approved: ApprovedStatement;
  standing: DocumentStanding;
}

/** The verified trust documents in force. */
export interface TrustDocuments {
  /** @throws when the fleet is not founded yet */
  manifest(): Promise<ManifestInForce>;
  /** Manifests after a version, oldest first, as many as half a frame holds (one at least, if there is one). */
  manifestsAfter(version: number): Promise<{ manifests: ApprovedStatement[]; more: boolean }>;
  /** @returns undefined for a site without one, or whose newest the manifest in force no longer bears out */
  roster(site: string): Promise<RosterInForce | undefined>;
  /** The rosters a laptop should hold: its own site's and those of the hospitals it is booked to call. */
  rostersFor(device: { id: string; site: string }): Promise<{ site: string; version: number }[]>;
}

/** Says on every node that there is something newer for laptops to fetch. */
export interface TrustNews {
  /** Inside the caller's transaction: heard only once it commits. */
  tell(trx: Transaction<Database>, news: TrustNewsItem): Promise<void>;
}

/** Whom it concerns: every laptop; those of a site and those booked to call it; one. */
export type TrustNewsItem =
  { kind: 'manifest' } | { kind: 'roster'; site: string } | { kind: 'device'; device: string };

/** The signature counters of passkeys (WebAuthn Level 3, 6.1.1). */
export interface SignatureCounters {
  /**
   * Compares the counter in an approval whose signature was verified with the highest one seen of its passkey, and keeps it.
   * @returns false when it did not go up: a copied passkey, or a second use of one gesture. Inside the caller's transaction.
   */
  keep(trx: Transaction<Database>, given: { credential: string; counter: number }): Promise<boolean>;
}

/** A passkey that was just made, as it is kept. */
export interface NewPasskey extends Credential {
  counter: number;
  transports: string[];
}

/** Makes passkeys with people whom an invitation names. */
export interface PasskeyRegistration {
  /** Options for a discoverable passkey; with its model proved, where the manifest in force names models. */
  options(person: { id: string; name: string }): Promise<Record<string, unknown>>;
  /** @param registration the browser's answer, unchecked. @returns the passkey, or why it is not one */
  verify(
    person: string,
    registration: unknown,
  ): Promise<NewPasskey | 'malformed' | 'wrong-challenge' | 'not-verified' | 'authenticator-not-allowed'>;
}

/** A statement that waits for approvals. */
export interface PendingTask {
  statement: Uint8Array<ArrayBuffer>;
  approvals: Approval[];
  requestedBy: string;
}

/** Statements that wait for a person's approval. */
export interface ApprovalTasks {
  /** Keeps a statement for approval. @returns the task's id */
  create(task: {
    type: 'grant' | 'order';
    statement: Uint8Array<ArrayBuffer>;
    requestedBy: string;
    expiresAt: number;
  }): Promise<string>;
  /** Reads an unexpired task of the type, whoever asked for it. */
  find(id: string, type: 'grant' | 'order'): Promise<PendingTask | undefined>;
  /** The same under the task's lock: nobody else approves or ends it until the transaction is over. */
  lock(trx: Transaction<Database>, id: string, type: 'grant' | 'order'): Promise<PendingTask | undefined>;
  /** Keeps one more approval; the task goes on waiting, until then at the latest. */
  addApproval(trx: Transaction<Database>, id: string, approval: Approval, expiresAt: number): Promise<void>;
  /** Ends a task; false when somebody else ended it first. Inside the caller's transaction. */
  close(trx: Transaction<Database>, id: string): Promise<boolean>;
}

export type Answer<T> = { ok: true; result: T } | { ok: false; refusal: Refusal };

/** What control notes of a laptop that is no longer what it was. Inside the caller's transaction, which publishes after it. */
export interface DeviceMarks {
  /** It was put back to a copy of itself; `detail` says how that showed. */
  rolledBack(trx: Transaction<Database>, device: NamedDevice, detail: AuditEntry['detail']): Promise<void>;
  /** It is at work, or signs, though it has accepted to erase itself: a copy of it lives. Noted at each such moment. */
  returned(trx: Transaction<Database>, device: NamedDevice, detail: AuditEntry['detail']): Promise<void>;
  /** What it keeps was damaged. */
  damaged(trx: Transaction<Database>, device: NamedDevice): Promise<void>;
}

/** A laptop by number and by the name people know it by. */
export interface NamedDevice {
  id: string;
  name: string;
}

/** What laptops have proved of their own erasure. */
export interface Erasures {
  /**
   * Verifies a proof and keeps what is new in it. Idempotent: the same again is accepted and changes nothing.
   * @returns accepted, once it is durable; or `malformed`, `not-found` (no such laptop or order), `bad-signature`,
   *   `wrong-state` (the order was refused before), `replayed` (another erasure than the one that was proved)
   */
  accept(proof: ErasureProof): Promise<Answer<Record<string, never>>>;
  /** What consoles show of each laptop that has proved anything, by its id. */
  shown(): Promise<ReadonlyMap<string, ConsoleErasure>>;
}

/** Control's halves of the laptops' keys, sealed at rest. Everything happens inside the caller's transaction. */
export interface ServerShares {
  /** Makes the share of a laptop that is being enrolled, and keeps it sealed. */
  make(trx: Transaction<Database>, device: string): Promise<void>;
  /**
   * Opens a laptop's share for as long as `use` takes; then it is zeroed, whatever happened.
   * @returns what `use` made of it; `destroyed`; or `unreadable`, which is in the log: its key is not there or not the right one
   */
  use<T>(trx: Transaction<Database>, device: string, use: ShareUse<T>): Promise<UsedShare<T>>;
  /**
   * Destroys the shares of these laptops; nodes that hear of the commit see to it that their bytes leave the table's file.
   * Idempotent. @param now ms
   */
  destroy(trx: Transaction<Database>, devices: readonly string[], now: number): Promise<void>;
}

type ShareUse<T> = (share: Uint8Array<ArrayBuffer>) => Promise<T>;
export type UsedShare<T> = { outcome: 'used'; value: T } | { outcome: 'destroyed' | 'unreadable' };

/** The device link: every connected laptop, on this node or another. */
export interface DeviceLink {
  isConnected(device: string): Promise<boolean>;
  /** The laptops connected to this very node, at this moment. */
  connectedHere(): string[];
  /** Asks a laptop; `not-connected` or `timed-out` when it cannot answer. */
  request<M extends ControlRequestMethod>(
    device: string,
    method: M,
    params: ControlRequestParams<M>,
  ): Promise<Answer<ControlRequestResult<M>>>;
  notify<M extends ControlNotificationMethod>(
    device: string,
    method: M,
    params: ControlNotificationParams<M>,
  ): Promise<void>;
}

/** A participant's connection to rooms: a laptop's link, a consultant's or a guest's socket. */
export interface RoomPeer {
  kind: PeerKind;
  /** The device's, the person's or the guest's id. */
  id: string;
  name: string;
  /** Never throws; a peer that is gone drops it. */
  notify(notification: RoomNotification): void;
}

/** The rooms, asked by the device link and by the sockets of consultants and guests. */
export interface Rooms {
  /** Handles one room request; params are unparsed. Results satisfy `roomRequests[method].result`. */
  handle(peer: RoomPeer, method: RoomRequestMethod, params: unknown): Promise<Answer<unknown>>;
  /** The peer's connection is gone, or its activation ended: frees its seat and media. */
  leave(peer: Pick<RoomPeer, 'kind' | 'id'>, reason: RoomEnd): Promise<void>;
}

/** A request about media, as the contract's schemas parsed it. */
export type MediaRequest = {
  [M in MediaRequestMethod]: { method: M; params: RoomRequestParams<M> };
}[MediaRequestMethod];

type MediaRequestMethod =
  | 'room.createTransport'
  | 'room.connectTransport'
  | 'room.produce'
  | 'room.pauseProducer'
  | 'room.closeProducer'
  | 'room.consume'
  | 'room.resumeConsumer';

/** Checks of laptops, asked by the device link before the rooms. */
export interface Checks {
  /**
   * Begins a check, in place of one that is under way.
   * @returns what the media server speaks; or `too-many`, `not-allowed` (nobody has opened the laptop for an appointment),
   *   `wrong-state` (it sits in a room, or something else ended the check meanwhile), `failed` (no media server)
   */
  begin(device: NamedDevice): Promise<Answer<DeviceRequestResult<'check.begin'>>>;
  /** Serves a request about media. @returns undefined while the laptop is in no check: then it is the rooms' */
  handle(device: NamedDevice, request: MediaRequest): Promise<Answer<unknown>> | undefined;
  /**
   * Ends a check, if one is under way, and keeps what it found.
   * @param report null: it found nothing, or was given up
   * @returns done; or `too-many`, or `not-allowed` for a report of a laptop that nobody has opened
   */
  end(device: NamedDevice, report: CheckReport | null): Promise<Answer<Record<string, never>>>;
  /** Closes the media of a laptop's check, at once; nothing when it is in none. */
  drop(device: string): void;
}

/** The media server, asked by the checks. */
export interface LoopServer {
  /**
   * Makes the media side of a room in which each participant may receive what it sends itself.
   * @throws when no worker runs at the moment
   */
  createLoopRoom(listener: MediaRoomListener): Promise<MediaRoom>;
}

/** The media server, asked by the rooms. */
export interface MediaServer {
  /**
   * Makes the media side of a room on the least loaded worker.
   * @throws when no worker runs at the moment
   */
  createRoom(listener: MediaRoomListener): Promise<MediaRoom>;
}

/** What a room is told by its media side. */
export interface MediaRoomListener {
  /** Somebody's producer is gone, with its transport or by itself. */
  producerClosed(participant: string, producer: string): void;
  /** The worker under the room died: everything of it is closed already. */
  failed(): void;
}

/** The media side of one room. */
export interface MediaRoom {
  readonly rtpCapabilities: RoomRequestResult<'room.join'>['rtpCapabilities'];
  /** Opens a participant's account; `close()` closes all it holds. */
  addParticipant(id: string): MediaParticipant;
  /** Idempotent; closes every participant. */
  close(): void;
}

/** One participant's transports, producers and consumers. Identifiers of others are `not-found`. */
export interface MediaParticipant {
  /** One transport a direction: a newer one replaces the older with all it carries. */
  createTransport(
    params: RoomRequestParams<'room.createTransport'>,
  ): Promise<Answer<RoomRequestResult<'room.createTransport'>>>;
  connectTransport(params: RoomRequestParams<'room.connectTransport'>): Promise<Answer<Record<string, never>>>;
  /** One producer a source. */
  produce(params: RoomRequestParams<'room.produce'>): Promise<Answer<RoomRequestResult<'room.produce'>>>;
  pauseProducer(params: RoomRequestParams<'room.pauseProducer'>): Promise<Answer<Record<string, never>>>;
  /** Does not call the listener's `producerClosed`: the caller knows. */
  closeProducer(params: RoomRequestParams<'room.closeProducer'>): Answer<Record<string, never>>;
  /** Another participant's producer, or in a loop room also one's own; paused at first. */
  consume(params: RoomRequestParams<'room.consume'>): Promise<Answer<RoomRequestResult<'room.consume'>>>;
  resumeConsumer(params: RoomRequestParams<'room.resumeConsumer'>): Promise<Answer<Record<string, never>>>;
  /** What this participant sends at the moment. */
  producers(): ProducerInfo[];
  /**
   * Closes what this participant sends and receives beyond what is allowed.
   * @returns the producers that were closed; the listener's `producerClosed` is not called for them
   */
  keepOnly(allowance: MediaAllowance): string[];
  /** Idempotent. */
  close(): void;
}
