import type { Generated, JSONColumnType } from 'kysely';
import type { Approval, AuditEntry, FleetPolicy, JoinProof, LifecycleName, Role, SiteKind } from '@sallyport/protocol';
import type {
  ApiClientsTable,
  AppointmentsTable,
  CustodyTable,
  DeviceChecksTable,
  GuestsTable,
  NextStepsTable,
  RoomsTable,
  SeatsTable,
} from './consultation-tables.ts';
import type { ErasuresTable, OrdersTable } from './order-tables.ts';

/** What the founding plan lays down and the first manifest repeats. */
export interface FoundingRules {
  policy: FleetPolicy;
  trusteeThreshold: number;
  /** How many managers approve a site's roster, by site id. */
  siteThresholds: Record<string, number>;
}

/** Columns of control's PostgreSQL database, one interface a table. Times are timestamptz, bytes bytea, ids uuid. */
export interface Database {
  fleet: FleetTable;
  sites: SitesTable;
  people: PeopleTable;
  credentials: CredentialsTable;
  challenges: ChallengesTable;
  sessions: SessionsTable;
  trust_documents: TrustDocumentsTable;
  invitations: InvitationsTable;
  approval_tasks: ApprovalTasksTable;
  tickets: TicketsTable;
  devices: DevicesTable;
  share_key: ShareKeyTable;
  server_shares: ServerSharesTable;
  certificates: CertificatesTable;
  pairing_attempts: PairingAttemptsTable;
  grants: GrantsTable;
  orders: OrdersTable;
  erasures: ErasuresTable;
  appointments: AppointmentsTable;
  guests: GuestsTable;
  device_checks: DeviceChecksTable;
  custody: CustodyTable;
  api_clients: ApiClientsTable;
  media_nodes: MediaNodesTable;
  rooms: RoomsTable;
  seats: SeatsTable;
  next_steps: NextStepsTable;
  audit: AuditTable;
  audit_nodes: AuditNodesTable;
  audit_checkpoints: AuditCheckpointsTable;
  device_heads: DeviceHeadsTable;
  countersignatures: CountersignaturesTable;
  joins: JoinsTable;
}

/** One row: this control's fleet, its device CA and the founding ceremony. */
export interface FleetTable {
  single: Generated<true>;
  id: string;
  rp_id: string;
  approver_origin: string;
  /** Policy and thresholds of the founding plan, as `people/plan.ts` describes them. */
  plan: JSONColumnType<FoundingRules>;
  /** Digest of the set-up token; null once the fleet is founded. */
  setup_token: Buffer | null;
  founded_at: Date | null;
  ca_certificate: string;
  /** PKCS #8 PEM. */
  ca_key: string;
  /** PKCS #8 PEM of the P-256 key that signs audit checkpoints; the manifest's policy names its public half. */
  audit_key: string;
}

export interface SitesTable {
  id: string;
  kind: SiteKind;
  name: string;
  /** Since when no manifest names it. */
  removed_at: Date | null;
}

/** People as the manifest and rosters name them; control's own view for signing in. */
export interface PeopleTable {
  id: string;
  name: string;
  role: Role;
  site: string | null;
  /** Since when no document in force names them: they are nobody any more, and stay on the record. */
  removed_at: Date | null;
}

/** The passkeys that manifest and rosters name, and those of people at the founding. */
export interface CredentialsTable {
  /** base64url. */
  id: string;
  person: string;
  public_key: Buffer;
  counter: number;
  transports: JSONColumnType<string[]>;
  created_at: Generated<Date>;
}

/** WebAuthn challenges waiting for their answer, used once. */
export interface ChallengesTable {
  id: string;
  challenge: string;
  purpose: 'sign-in' | 'register' | 'step-up';
  /** Whose answer it waits for; somebody who is only invited is not among the people yet. */
  person: string | null;
  /** The session that asked for a step-up. */
  session: string | null;
  expires_at: Date;
}

export interface SessionsTable {
  /** SHA-256 of the cookie's token; another one after every gesture. */
  token: Buffer;
  /** Stays the same while the session lasts. */
  id: Generated<string>;
  csrf: string;
  person: string;
  /** The passkey that signed in; null in sessions of an older version, which count for nothing. */
  credential: string | null;
  /** When the person last showed themselves with a passkey. */
  gesture_at: Generated<Date>;
  created_at: Generated<Date>;
  last_used_at: Generated<Date>;
  expires_at: Date;
}

/** Approved manifests and rosters, every version. */
export interface TrustDocumentsTable {
  id: string;
  kind: 'manifest' | 'roster';
  site: string | null;
  version: number;
  statement: Buffer;
  approvals: JSONColumnType<Approval[]>;
  created_at: Generated<Date>;
}

/** Statements that wait for approvals: founding documents, grants, orders. */
export interface ApprovalTasksTable {
  id: string;
  type: 'manifest' | 'roster' | 'grant' | 'order';
  /** Whose roster is proposed. */
  site: string | null;
  statement: Buffer;
  approvals: JSONColumnType<Approval[]>;
  /** Who asked for it; null for founding documents. */
  requested_by: string | null;
  created_at: Generated<Date>;
  expires_at: Date | null;
}

/** People asked to make a passkey, until a manifest or roster names it. */
export interface InvitationsTable {
  id: string;
  /** SHA-256 of the link's token; null once it was used. */
  token: Buffer | null;
  /** The person as a manifest or roster would name them. */
  person: string;
  name: string;
  role: Role;
  site: string | null;
  invited_by: string;
  expires_at: Date;
  /** The passkey that was made: base64url id, COSE key; null until then. */
  credential: string | null;
  public_key: Buffer | null;
  counter: Generated<number>;
  transports: JSONColumnType<string[], string | undefined>;
}

export interface TicketsTable {
  id: string;
  /** SHA-256 of the ticket's secret. */
  secret: Buffer;
  device_name: string;
  site: string;
  created_by: string;
  created_at: Generated<Date>;
  expires_at: Date;
  used_at: Date | null;
}

export interface DevicesTable {
  id: string;
  name: string;
  site: string;
  /** SPKI DER of the device's P-256 key: its certificates and receipts. */
  public_key: Buffer;
  /** Uncompressed P-256 point for sealing the server share. */
  sealing_key: Buffer;
  /** Since when there is no server share of it any more. */
  share_destroyed_at: Date | null;
  enrolled_at: Generated<Date>;
  state: LifecycleName | null;
  room: string | null;
  last_seen_at: Date | null;
  /** The link node that holds the connection; null when not connected. */
  connection: string | null;
  next_grant_sequence: Generated<number>;
  next_order_sequence: Generated<number>;
  /** The highest sequences control knows the laptop to have obeyed; it says lower ones only when it was put back. */
  highest_grant: Generated<number>;
  highest_order: Generated<number>;
  /** The highest generation of its record that the laptop has named; it names a lower one only when it was put back. */
  record_generation: Generated<number>;
  /** Since when control knows that the laptop was put back to a copy. */
  rolled_back_at: Date | null;
  /** Since when control knows that what the laptop keeps was damaged. */
  damaged_at: Date | null;
}

/** One row: the key that every server share is sealed under. The key itself is kept elsewhere. */
export interface ShareKeyTable {
  single: Generated<true>;
  id: string;
  since: Date;
  /** How many laptops' shares had been destroyed then: later ones may still be opened by it from a backup. */
  shares_destroyed: number;
}

/** Control's halves of the laptops' keys, sealed; a laptop whose share is destroyed has none. */
export interface ServerSharesTable {
  device: string;
  /** The id of the key it is sealed under. */
  key: string;
  nonce: Buffer;
  sealed: Buffer;
  sealed_at: Date;
}

export interface CertificatesTable {
  /** SHA-256 of the certificate's DER. */
  fingerprint: Buffer;
  device: string;
  not_after: Date;
  issued_at: Generated<Date>;
}

/** Wrong pairing codes, counted per laptop and per person, across restarts. */
export interface PairingAttemptsTable {
  id: Generated<number>;
  device: string;
  person: string;
  at: Generated<Date>;
}

export interface GrantsTable {
  /** The approval task's id. */
  id: string;
  device: string;
  appointment: string;
  approved_by: string;
  sequence: number;
  statement: Buffer;
  approval: JSONColumnType<Approval>;
  open_until: Date;
  opened_at: Date | null;
  ended_at: Date | null;
  end_reason: string | null;
}

/** Nodes on which rooms live, each alive until its lease runs out. */
export interface MediaNodesTable {
  id: string;
  alive_until: Date;
}

/** The hash chain; append only (a trigger refuses update and delete). */
export interface AuditTable {
  number: number;
  at: Date;
  actor: JSONColumnType<AuditEntry['actor']>;
  action: string;
  subject: string | null;
  detail: JSONColumnType<AuditEntry['detail']>;
  previous: string;
  hash: string;
}

/** Complete subtrees of the tree over the audit entries' hashes (RFC 9162, 2.1), level 0 its leaves. Append only. */
export interface AuditNodesTable {
  level: number;
  position: number;
  hash: Buffer;
}

/** Signed heads of that tree, one a size. Append only. */
export interface AuditCheckpointsTable {
  size: number;
  /** The exact bytes that were signed. */
  checkpoint: Buffer;
  /** By the manifest's audit key, r ‖ s. */
  signature: Buffer;
  made_at: Date;
}

/** What each laptop signed of its own chain of events. Append only. */
export interface DeviceHeadsTable {
  device: string;
  number: number;
  /** Of the laptop's event of that number, base64url. */
  hash: string;
  signature: Buffer;
  received_at: Date;
}

/** Checkpoints that laptops found consistent with what they had countersigned before. Append only. */
export interface CountersignaturesTable {
  device: string;
  size: number;
  /** Over the checkpoint's exact bytes, by the laptop's own key, r ‖ s. */
  signature: Buffer;
  received_at: Date;
}

/** What participants proved themselves with when they took a seat. Append only. */
export interface JoinsTable {
  /** SHA-256 of the join's own key, base64url: what the record names it by. */
  media_key: string;
  room: string;
  proof: JSONColumnType<JoinProof>;
  joined_at: Date;
}
