export * from './approvals.ts';
export * from './checkpoints.ts';
export {
  approvalTask,
  auditEntry,
  consoleAppointment,
  consoleDevice,
  consoleOrder,
  invitation,
  manifestContents,
  nextStep,
  orderAlarm,
  proposal,
} from './console-values.ts';
export type {
  ApprovalTask,
  AuditEntry,
  ConsoleAppointment,
  ConsoleDevice,
  ConsoleErasure,
  ConsoleOrder,
  Invitation,
  ManifestContents,
  NextStep,
  OrderAlarm,
  Proposal,
  SetupView,
  SignedInPerson,
} from './console-values.ts';
export * from './console.ts';
export * from './device-chain.ts';
export { hasRepeats, isCoherent } from './contents.ts';
export * from './differences.ts';
export * from './enrolment.ts';
export * from './frames.ts';
export * from './ipc.ts';
export * from './link.ts';
export * from './merkle.ts';
export * from './pairing.ts';
export * from './people.ts';
export * from './primitives.ts';
export * from './receipts.ts';
export * from './erasure.ts';
export * from './refusals.ts';
export * from './room.ts';
export * from './rtp.ts';
export * from './signatures.ts';
export * from './statements.ts';
