import type { Generated, JSONColumnType } from 'kysely';
import type {
  CheckReport,
  GuestKind,
  JoinProof,
  NextStep,
  PeerKind,
  Phase,
  Presence,
  RoomEnd,
} from '@sallyport/protocol';

export interface AppointmentsTable {
  id: string;
  /** Goes up with every change. */
  revision: Generated<number>;
  prison: string;
  device: string;
  consultant: string;
  patient_reference: string;
  patient_name: string;
  /** Ten digits. */
  nhs_number: string | null;
  starts_at: Date;
  ends_at: Date;
  opens_at: Date;
  /** When the room closes by itself; later once the consultant has let it. */
  closes_at: Date;
  extended_at: Date | null;
  booked_by: string;
  booked_at: Generated<Date>;
  cancelled_at: Date | null;
}

/** People named on an appointment who have no passkey of the fleet. */
export interface GuestsTable {
  id: string;
  appointment: string;
  kind: GuestKind;
  name: string;
  /** SHA-256 of the link's token; null while none is out, and once it was used. */
  link: Buffer | null;
  /** SHA-256 of the token followed by the code. */
  code: Buffer | null;
  wrong_codes: Generated<number>;
  link_expires_at: Date | null;
  /** SHA-256 of the cookie of the one browser that used the link. */
  browser: Buffer | null;
  /** The key that the guest's page made: uncompressed P-256 point, base64url. */
  media_key: string | null;
  entered_at: Date | null;
  /** The join that the consultant approved. */
  proof: JSONColumnType<JoinProof> | null;
  gone_at: Date | null;
}

/** The last check of the laptop while it was open for an appointment. */
export interface DeviceChecksTable {
  appointment: string;
  device: string;
  report: JSONColumnType<CheckReport>;
  at: Date;
}

/** Laptops that are away from the healthcare room; a row goes when its laptop is back. */
export interface CustodyTable {
  device: string;
  holder: string;
  place: string;
  taken_at: Date;
  due_at: Date;
  taken_by: string;
  /** When it was put on the record that it is overdue. */
  overdue_noted_at: Date | null;
}

/** Systems of a prison's healthcare team that may read its consultations. */
export interface ApiClientsTable {
  id: string;
  name: string;
  site: string;
  /** SHA-256 of the bearer token. */
  token: Buffer;
  created_at: Date;
  revoked_at: Date | null;
}

/** A room has its appointment's id and exists from the first join on. */
export interface RoomsTable {
  id: string;
  phase: Generated<Phase>;
  /** Who staff said is with the patient; null until they recorded the patient's consent. */
  present: JSONColumnType<Presence[]> | null;
  laptop_checked_name_at: Date | null;
  consultant_checked_name_at: Date | null;
  /** When the consultant admitted the patient; null until then, and for good when nobody was admitted. */
  admitted_at: Date | null;
  /** Of the code that the laptop asks its staff for in the debrief, 16 bytes. */
  staff_nonce: Buffer | null;
  staff_confirmed_at: Date | null;
  /** The SFU node on which the room lives. */
  node: string;
  created_at: Generated<Date>;
  ended_at: Date | null;
  end_reason: RoomEnd | null;
}

/** SECURITY: the one-room rule is this table's two unique constraints: one seat a device or person, one a kind and room (S3). */
export interface SeatsTable {
  /** The device's, the person's or the guest's id; primary key. */
  participant: string;
  kind: PeerKind;
  room: string;
  taken_at: Generated<Date>;
}

export interface NextStepsTable {
  appointment: string;
  steps: JSONColumnType<NextStep[]>;
  recorded_by: string;
  recorded_at: Generated<Date>;
  acknowledged_by: string | null;
  acknowledged_at: Date | null;
}
