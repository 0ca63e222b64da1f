import type { Generated, JSONColumnType } from 'kysely';
import type {
  ApprovedStatement,
  ErasureStage,
  OrderAlarm,
  OrderKind,
  SignedErasureNotice,
  SignedErasureReport,
  SignedReceipt,
} from '@sallyport/protocol';

/** The durable outbox of orders, one row a device. */
export interface OrdersTable {
  id: string;
  device: string;
  kind: OrderKind;
  reason: string;
  sequence: number;
  /** The whole approved order, as delivered. */
  approved: JSONColumnType<ApprovedStatement>;
  statement_digest: string;
  approved_by: JSONColumnType<string[]>;
  state: Generated<'queued' | 'delivered' | 'executed' | 'refused'>;
  queued_at: Generated<Date>;
  delivered_at: Date | null;
  /** When control first asked the laptop to execute it. */
  asked_at: Date | null;
  received_at: Date | null;
  receipt: JSONColumnType<SignedReceipt> | null;
  /** The alarm that is on the record and has not ended. */
  alarm: OrderAlarm | null;
}

/** What laptops have proved of their own erasure, one row a laptop. */
export interface ErasuresTable {
  device: string;
  /** The order that caused it; null when the laptop's lease had run out. */
  caused_by: string | null;
  /** As the laptop signed it. */
  notice: JSONColumnType<SignedErasureNotice>;
  /** The newest report; null before the first. */
  report: JSONColumnType<SignedErasureReport> | null;
  /** The newest report's number; 0 before the first. */
  report_number: number;
  /** How far the newest report shows it to have come. */
  stage: ErasureStage;
  noticed_at: Date;
  reported_at: Date;
}
