// Guests of appointments on the consoles' server, on a real database with verified documents, for tests.
import { createECDH, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  fromBase64url,
  guestSocketPath,
  roomSocketPath,
  type ApprovalTask,
  type ApprovedStatement,
  type ConsoleAnswer,
  type ConsoleAppointment,
  type GuestKind,
  type RoomRequestMethod,
} from '@sallyport/protocol';
import type { LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { createAppointments } from './appointments/appointment-reader.ts';
import { GuestSockets } from './guests/guest-sockets.ts';
import { guestRoutes, type GuestRoutes } from './guests/routes.ts';
import type { RoomPeer, Rooms } from './ports.ts';
import { findBookedRoom } from './rooms/booked-rooms.ts';
import {
  consoleOrigin,
  createStaffWorld,
  type StaffFleet,
  type StaffParts,
  type StaffWorld,
  type TestBrowser,
} from './staff-world-testing.ts';

const minute = 60_000;

type Named = 'nurse' | 'consultant';

/** The fleet a world is made for, whose people sign in and approve. */
export interface GuestsFleet extends StaffFleet {
  place: { rpId: string; origin: string };
  device: { id: string; name: string };
  people: StaffFleet['people'] & Record<Named, Approver>;
}

/** A passkey that approves statements. */
interface Approver {
  authenticator: {
    approve(statement: Uint8Array, place: { rpId: string; origin: string }): ApprovedStatement['approvals'][0];
  };
}

/** An appointment that has begun to be open, and the guest it names. */
export interface GuestOf {
  appointment: string;
  guest: string;
  name: string;
  kind: GuestKind;
}

/** What reached the rooms from guests' sockets. */
export interface Reached {
  method: RoomRequestMethod | 'leave';
  peer: Pick<RoomPeer, 'kind' | 'id'> & { name?: string };
}

export interface GuestsWorld {
  staff: StaffWorld;
  routes: GuestRoutes;
  sockets: GuestSockets;
  reached: Reached[];
  /** Tells a guest's socket something. */
  peers: RoomPeer[];
  signedIn: Record<Named, TestBrowser>;
  /** Books an appointment of twenty minutes with a guest. @param opensIn ms from now until its room opens */
  book(changes?: { kind?: GuestKind; name?: string; opensIn?: number; consultant?: string }): Promise<GuestOf>;
  /** Asks for a link. @throws when it is refused */
  invite(of: GuestOf, by?: Named): Promise<ConsoleAnswer<'inviteGuest'> & { token: string }>;
  /** A browser that is nobody's yet. */
  browser(address?: string): TestBrowser;
  enter(
    browser: TestBrowser,
    given: { token: string; code: string; mediaKey?: string },
  ): Promise<LightMyRequestResponse>;
  /** Invites a guest, whose browser enters. */
  waiting(of: GuestOf, mediaKey?: string): Promise<TestBrowser>;
  draft(of: GuestOf): Promise<LightMyRequestResponse>;
  admit(of: GuestOf, join: ApprovedStatement): Promise<LightMyRequestResponse>;
  /** The consultant lets a waiting guest in. @throws when it is refused */
  letIn(of: GuestOf): Promise<ConsoleAppointment>;
  approved(task: ApprovalTask, by: Approver): ApprovedStatement;
  /** A fresh key as a guest's page makes it. */
  mediaKey(): string;
  /** The guest's row. */
  row(of: GuestOf): Promise<Record<string, unknown>>;
  /** Where the listening server takes guests' sockets. */
  socketAddress(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Makes a world of guests: a nurse and the consultant are signed in.
 * @param open the rooms behind the guests' sockets; those that only remember what reaches them, unless stated
 */
export async function createGuestsWorld(
  fleet: GuestsFleet,
  documents: Parameters<typeof createStaffWorld>[1],
  open?: (parts: StaffParts) => Promise<Rooms>,
): Promise<GuestsWorld> {
  let parts: StaffParts | undefined;
  let routes: GuestRoutes | undefined;
  const staff = await createStaffWorld(fleet, documents, (given) => {
    parts = given;
    routes = guestRoutes({
      ...given,
      origin: consoleOrigin,
      appointments: createAppointments(given),
      knownRooms: { find: (id) => findBookedRoom(given, id) },
    });
    return routes;
  });
  if (parts === undefined || routes === undefined) throw new Error('the routes were not made');
  await insertDevice(staff, fleet);
  const { rooms, reached, peers } = recordingRooms();
  const sockets = new GuestSockets({ ...parts, rooms: (await open?.(parts)) ?? rooms, log: pino({ level: 'silent' }) });
  staff.http.upgrades.onGuest(guestSocketPath, (token) => sockets.find(token));
  staff.http.upgrades.on(roomSocketPath, (_request, socket) => socket.destroy());
  const signedIn = { nurse: staff.browser(), consultant: staff.browser() };
  for (const who of ['nurse', 'consultant'] as const) {
    const status = await signedIn[who].signIn(fleet.people[who].authenticator);
    if (status !== 200) throw new Error(`the ${who} was not signed in: ${status}`);
  }
  return worldOf({ fleet, staff, routes, sockets, reached, peers, signedIn });
}

type Parts = Pick<GuestsWorld, 'staff' | 'routes' | 'sockets' | 'reached' | 'peers' | 'signedIn'> & {
  fleet: GuestsFleet;
};

function worldOf({ fleet, ...parts }: Parts): GuestsWorld {
  const { staff, signedIn, sockets } = parts;
  const { db } = staff.database;
  const addressOf = ({ appointment, guest }: GuestOf): string => `/api/appointments/${appointment}/guests/${guest}`;
  const mediaKey = (): string => createECDH('prime256v1').generateKeys('base64url');
  const invite: GuestsWorld['invite'] = async (of, by = 'nurse') => {
    const answer = await signedIn[by].ask('POST', `${addressOf(of)}/link`, {});
    if (answer.statusCode !== 200) throw new Error(`not invited: ${answer.body}`);
    const invited = answer.json<ConsoleAnswer<'inviteGuest'>>();
    return { ...invited, token: invited.link.split('#')[1] ?? '' };
  };
  const enter: GuestsWorld['enter'] = (browser, { token, code, mediaKey: key = mediaKey() }) =>
    browser.ask('POST', '/api/guest/enter', { token, code, mediaKey: key });
  const draft: GuestsWorld['draft'] = (of) => signedIn.consultant.ask('POST', `${addressOf(of)}/join`, {});
  const admit: GuestsWorld['admit'] = (of, join) => signedIn.consultant.ask('POST', `${addressOf(of)}/admit`, { join });
  const approved: GuestsWorld['approved'] = ({ statement }, { authenticator }) => {
    const bytes = fromBase64url(statement) ?? new Uint8Array();
    return { statement, approvals: [authenticator.approve(bytes, fleet.place)] };
  };
  return {
    ...parts,
    ...{ invite, enter, draft, admit, approved, mediaKey },
    book: (changes) => book(parts.staff, fleet, changes),
    browser: (address) => staff.browser(address),
    waiting: async (of, key = mediaKey()) => {
      const { token, code } = await invite(of);
      const browser = staff.browser();
      const entered = await enter(browser, { token, code, mediaKey: key });
      if (entered.statusCode !== 200) throw new Error(`did not enter: ${entered.body}`);
      return browser;
    },
    letIn: async (of) => {
      const task = (await draft(of)).json<ApprovalTask>();
      const answer = await admit(of, approved(task, fleet.people.consultant));
      if (answer.statusCode !== 200) throw new Error(`not let in: ${answer.body}`);
      return answer.json<ConsoleAppointment>();
    },
    row: ({ guest }) => db.selectFrom('guests').selectAll().where('id', '=', guest).executeTakeFirstOrThrow(),
    socketAddress: async () => {
      if (!staff.http.app.server.listening) await staff.http.app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = staff.http.app.server.address() as AddressInfo;
      return `ws://127.0.0.1:${port}`;
    },
    close: async () => {
      sockets.close();
      await staff.close();
    },
  };
}

async function insertDevice({ database: { db } }: StaffWorld, { device, prison }: GuestsFleet): Promise<void> {
  const unseen = { state: null, room: null, last_seen_at: null, connection: null, share_destroyed_at: null };
  await db
    .insertInto('devices')
    .values({
      ...{ id: device.id, name: device.name, site: prison, rolled_back_at: null },
      ...{ ...unseen, public_key: Buffer.alloc(91), sealing_key: Buffer.alloc(65) },
    })
    .execute();
}

let booked = 0;

async function book(
  { database: { db }, clock }: StaffWorld,
  fleet: GuestsFleet,
  {
    kind = 'interpreter',
    name = 'Ines Interpreter',
    opensIn = -minute,
    consultant,
  }: Parameters<GuestsWorld['book']>[0] = {},
): Promise<GuestOf> {
  const [appointment, guest] = [randomUUID(), randomUUID()];
  // Clashing appointments are another test's affair: each is cut so short that none does.
  booked += 1;
  const startsAt = clock.now() + opensIn + 10 * minute + booked;
  await db
    .insertInto('appointments')
    .values({
      ...{ id: appointment, prison: fleet.prison, device: fleet.device.id, patient_reference: 'P-1' },
      ...{ consultant: consultant ?? fleet.people.consultant.named.id, booked_by: fleet.people.nurse.named.id },
      ...{ patient_name: 'Pat Patient', nhs_number: null, extended_at: null, cancelled_at: null },
      ...{ starts_at: new Date(startsAt), ends_at: new Date(startsAt + 1) },
      ...{ opens_at: new Date(startsAt - 10 * minute), closes_at: new Date(startsAt + 25 * minute) },
    })
    .execute();
  await db
    .insertInto('guests')
    .values({
      ...{ id: guest, appointment, kind, name, link: null, code: null, link_expires_at: null },
      ...{ browser: null, media_key: null, entered_at: null, proof: null, gone_at: null },
    })
    .execute();
  return { appointment, guest, name, kind };
}

function recordingRooms(): { rooms: Rooms; reached: Reached[]; peers: RoomPeer[] } {
  const reached: Reached[] = [];
  const peers: RoomPeer[] = [];
  const rooms: Rooms = {
    handle: (peer, method) => {
      reached.push({ method, peer: { kind: peer.kind, id: peer.id, name: peer.name } });
      peers.push(peer);
      return Promise.resolve({ ok: true, result: {} });
    },
    leave: ({ kind, id }) => {
      reached.push({ method: 'leave', peer: { kind, id } });
      return Promise.resolve();
    },
  };
  return { rooms, reached, peers };
}
