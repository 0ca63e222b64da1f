export * from './appointment-times.ts';
export * from './approvals.ts';
export * from './checkpoints.ts';
export {
  approvalTask,
  auditEntry,
  consoleDevice,
  consoleOrder,
  invitation,
  manifestContents,
  orderAlarm,
  proposal,
} from './console-values.ts';
export type {
  ApprovalTask,
  AuditEntry,
  ConsoleDevice,
  ConsoleErasure,
  ConsoleOrder,
  Invitation,
  ManifestContents,
  OrderAlarm,
  Proposal,
  SetupView,
  SignedInPerson,
} from './console-values.ts';
export * from './console.ts';
export { guestSocketPath } from './console-consultations.ts';
export * from './consultation-values.ts';
export * from './device-chain.ts';
export * from './device-check.ts';
export { hasRepeats, isCoherent } from './contents.ts';
export * from './differences.ts';
export * from './enrolment.ts';
export * from './frames.ts';
export * from './ipc.ts';
export * from './link.ts';
export * from './merkle.ts';
export * from './nhs-number.ts';
export * from './pairing.ts';
export * from './people.ts';
export * from './phases.ts';
export * from './primitives.ts';
export * from './receipts.ts';
export * from './erasure.ts';
export * from './refusals.ts';
export * from './room.ts';
export * from './rtp.ts';
export * from './signatures.ts';
export * from './statements.ts';
