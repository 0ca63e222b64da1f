// What people do in a day, as `day.ts` has it, but by their signed-in session and their passkey without a browser: for
// tests that are about something else.
import { createECDH, randomUUID } from 'node:crypto';
import type { ApprovalTask, ConsoleAppointment, ConsoleOrder, JoinProof, OrderKind } from '@sallyport/protocol';
import { fromBase64url, toBase64url } from '@sallyport/protocol';
import type { Approval } from '@sallyport/protocol';
import type { ConsoleClient } from './console-client.ts';
import type { Kiosk } from './kiosk.ts';
import type { ApprovalPlace } from './software-authenticator.ts';
import type { World } from './world.ts';

const minute = 60_000;

/** Where approvals count: the approver's own origin. */
export function approverOf(world: Pick<World, 'addresses'>): ApprovalPlace {
  return { rpId: 'localhost', origin: world.addresses.approver };
}

/** Approves a task's statement with a person's passkey, as the approver would have it done. */
export function approvalOf(task: Pick<ApprovalTask, 'statement'>, by: ConsoleClient, place: ApprovalPlace): Approval {
  const bytes = fromBase64url(task.statement);
  if (bytes === undefined) throw new Error('the task holds no statement');
  return by.passkey.approve(bytes, place);
}

/** IT writes a ticket. */
export async function writeTicket(officer: ConsoleClient, name: string, site = 'HMP Exemplar'): Promise<string> {
  const { sites } = await officer.must('fleetSites', {});
  const id = sites.find((candidate) => candidate.name === site)?.id ?? '';
  return (await officer.must('createTicket', { body: { name, site: id } })).ticket;
}

/** Finds a laptop as IT sees it. */
export async function findLaptop(officer: ConsoleClient, name: string): Promise<string> {
  const { devices } = await officer.must('fleetDevices', {});
  const found = devices.find((device) => device.name === name);
  if (found === undefined) throw new Error(`no laptop is called ${name}`);
  return found.id;
}

/** Books a consultation. @param inMinutes when it starts, from now */
export async function bookFor(
  nurse: ConsoleClient,
  booking: { patient: string; laptop: string; consultant: string; inMinutes: number },
): Promise<ConsoleAppointment> {
  const { devices } = await nurse.must('siteDevices', {});
  const { consultants } = await nurse.must('consultants', {});
  return nurse.must('book', {
    body: {
      id: randomUUID(),
      patientReference: booking.patient,
      patientName: 'Alex Example',
      nhsNumber: null,
      guests: [],
      device: devices.find(({ name }) => name === booking.laptop)?.id ?? '',
      consultant: consultants.find(({ name }) => name === booking.consultant)?.id ?? '',
      startsAt: Date.now() + booking.inMinutes * minute,
      minutes: 20,
    },
  });
}

/** Types the code on the laptop's screen for an appointment. @returns the grant to approve */
export async function pairWith(nurse: ConsoleClient, kiosk: Kiosk, appointment: string): Promise<ApprovalTask> {
  return nurse.must('pair', { body: { appointment, code: await kiosk.pairingCode() } });
}

/** Opens the laptop for an appointment. */
export async function openFor(world: World, nurse: ConsoleClient, kiosk: Kiosk, appointment: string): Promise<void> {
  const task = await pairWith(nurse, kiosk, appointment);
  await nurse.must('open', { params: { id: task.id }, body: { approval: approvalOf(task, nurse, approverOf(world)) } });
  await kiosk.shows('open');
}

/** The consultant approves the join of an appointment's room, with a key of their own. */
export async function proofFor(world: World, consultant: ConsoleClient, appointment: string): Promise<JoinProof> {
  const mediaKey = toBase64url(createECDH('prime256v1').generateKeys());
  const task = await consultant.must('draftJoin', { params: { id: appointment }, body: { mediaKey } });
  const approvals = [approvalOf(task, consultant, approverOf(world))];
  return { kind: 'consultant', join: { statement: task.statement, approvals } };
}

/** IT orders something for one laptop. @returns the queued order */
export async function orderFor(
  world: World,
  officer: ConsoleClient,
  order: OrderKind,
  device: string,
): Promise<ConsoleOrder> {
  const task = await officer.must('draftOrder', { body: { order, devices: [device], reason: 'A test of it' } });
  const approval = approvalOf(task, officer, approverOf(world));
  const { orders } = await officer.must('approveOrder', { params: { id: task.id }, body: { approval } });
  const [queued] = orders;
  if (queued === undefined) throw new Error('the order was not queued');
  return queued;
}

/** Waits until something is so; asks over and over. @throws in words when it has not become so in time */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, deadline = 30_000): Promise<T> {
  const end = Date.now() + deadline;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`it did not come to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until an order has come to a state on IT's console. */
export function untilOrder(officer: ConsoleClient, id: string, state: ConsoleOrder['state']): Promise<ConsoleOrder> {
  return until(`the order is ${state}`, async () => {
    const { orders } = await officer.must('fleetOrders', {});
    return orders.find((order) => order.id === id && order.state === state);
  });
}
