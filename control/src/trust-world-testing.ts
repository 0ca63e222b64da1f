// A fleet whose people change its trust by the consoles' routes, with passkeys in software, for tests.
import { decodeStatement, fromBase64url } from '@sallyport/protocol';
import type {
  Approval,
  ConsoleAnswer,
  Invitation,
  Manifest,
  ManifestContents,
  Person,
  Proposal,
  Role,
  Roster,
  Statement,
} from '@sallyport/protocol';
import { consoleOrigin, createWorld } from './device-world-testing.ts';
import type { World, WorldFleet } from './device-world-testing.ts';
import type { Caller } from './http/handlers.ts';
import { createSessions } from './people/sessions.ts';
import type { SessionStore } from './people/sessions.ts';
import { createStandings } from './people/standing.ts';
import type { Answer } from './ports.ts';
import { auditPublicKeyOf, createAuditKey } from './trust/audit-key.ts';

const day = 24 * 60 * 60_000;

/** Somebody with a passkey in software. */
export interface Keyholder {
  authenticator: {
    register(options: unknown, origin: string): object;
    approve(statement: Uint8Array, place: { rpId: string; origin: string }): Approval;
  };
  named: Person;
}

/** `test/harness/sample-fleet.ts` makes one. */
export interface TrustFleet extends WorldFleet {
  place: { rpId: string; origin: string };
  people: Record<
    'trustee' | 'officer' | 'otherOfficer' | 'prisonManager' | 'hospitalManager' | 'nurse' | 'consultant',
    Keyholder
  >;
  approved(statement: Manifest | Roster, ...approvers: Keyholder[]): Parameters<typeof createWorld>[1]['manifest'];
}

export interface TrustWorld extends World {
  sessions: SessionStore;
  /** Somebody signed in as one of the trustees, officers or managers. */
  as(person: { named: { id: string; name: string } }, role: Role, site?: string): Caller;
  /** The next manifest's contents as they are in force, with changes. */
  contents(changes?: Partial<Manifest>): Promise<ManifestContents>;
  proposeManifest(changes: Partial<Manifest>): Promise<Answer<Proposal>>;
  /** By the prison's manager, unless said otherwise. */
  proposeRoster(people: Person[], changes?: { by?: Caller; notAfter?: number }): Promise<Answer<Proposal>>;
  /** `by` approves with their passkey and sends it, unless somebody else does. */
  approve(
    proposal: Proposal,
    by: Keyholder,
    sentBy?: Caller,
    tamper?: (approval: Approval) => Approval,
  ): Promise<Answer<ConsoleAnswer<'approveProposal'>>>;
  proposals(caller: Caller): Promise<Proposal[]>;
  /** Invites somebody and has them make a passkey. */
  registered(
    invited: { name: string; role: Role; site?: string; person?: string },
    keyholder: Keyholder,
    by?: Caller,
  ): Promise<Keyholder>;
  /** The manifest in force. */
  manifest(): Promise<Manifest>;
  /** The roster in force of a site. @throws when there is none */
  rosterOf(site: string): Promise<Roster>;
  /** The names of everybody who is somebody, in order. */
  names(): Promise<string[]>;
  /** A session begun with a person's first passkey. @returns its token */
  signedIn(person: { id: string }): Promise<string>;
}

/** Founds the fleet, with control's own key in its manifest. */
export async function createTrustWorld(fleet: TrustFleet, trustees: Keyholder[]): Promise<TrustWorld> {
  const auditKey = createAuditKey();
  fleet.manifest.policy.auditKey = auditPublicKeyOf(auditKey);
  const { prisonManager, hospitalManager } = fleet.people;
  const world = await createWorld(fleet, {
    manifest: fleet.approved(fleet.manifest, ...trustees),
    roster: fleet.approved(fleet.roster, prisonManager),
    hospitalRoster: fleet.approved(fleet.hospitalRoster, hospitalManager),
    auditKey,
  });
  const { trust, database, clock } = world;
  const standings = createStandings({ db: database.db, trust });
  const limits = { idleMinutes: 30, absoluteHours: 12 };
  const sessions = createSessions({ db: database.db, clock, standings, limits });
  const manager = world.caller(prisonManager, 'manager', fleet.prison);
  const contents: TrustWorld['contents'] = async (changes = {}) => {
    const { trustees: own, fleetOfficers, sites, policy, notAfter } = (await trust.manifest()).manifest;
    return { trustees: own, fleetOfficers, sites, policy, notAfter, ...changes };
  };
  return {
    ...world,
    ...{ sessions, contents, as: (person, role, site) => world.caller(person, role, site) },
    proposeManifest: async (changes) =>
      world.ask('proposeManifest', { body: { contents: await contents(changes) } }, trusteeCaller(world, fleet)),
    proposeRoster: (people, { by = manager, notAfter = clock.now() + 200 * day } = {}) =>
      world.ask('proposeRoster', { body: { people, notAfter } }, by),
    approve: (proposal, by, sentBy = callerOf(world, fleet, proposal, by), tamper = (approval) => approval) => {
      const bytes = fromBase64url(proposal.task.statement) ?? new Uint8Array();
      const approval = tamper(by.authenticator.approve(bytes, fleet.place));
      return world.ask('approveProposal', { params: { id: proposal.id }, body: { approval } }, sentBy);
    },
    proposals: async (caller) => must(await world.ask('proposals', {}, caller)).proposals,
    registered: (invited, keyholder, by = manager) => register(world, invited, keyholder, by),
    manifest: async () => (await trust.manifest()).manifest,
    rosterOf: async (site) => {
      const found = await trust.roster(site);
      if (found === undefined) throw new Error('no roster');
      return found.roster;
    },
    names: () => namesIn(world),
    signedIn: async ({ id }) => {
      const standing = await standings.of(id);
      const credential = standing?.credentials[0]?.id;
      if (standing === undefined || credential === undefined) throw new Error('nobody');
      return (await sessions.begin({ standing, credential })).token;
    },
  };
}

async function namesIn({ database }: World): Promise<string[]> {
  const named = database.db.selectFrom('people').select('name').where('removed_at', 'is', null);
  return (await named.orderBy('name').execute()).map(({ name }) => name);
}

/** What a proposal's task asks people to approve. */
export function documentIn({ task }: Proposal): Statement | undefined {
  return decodeStatement(fromBase64url(task.statement) ?? new Uint8Array());
}

function trusteeCaller(world: World, fleet: TrustFleet): Caller {
  return world.caller(fleet.people.trustee, 'trustee');
}

/** Whoever approves a manifest is a trustee; whoever approves a roster a manager of its site. */
function callerOf(world: World, fleet: TrustFleet, { kind, site }: Proposal, by: Keyholder): Caller {
  return kind === 'roster' ? world.caller(by, 'manager', site?.id ?? fleet.prison) : world.caller(by, 'trustee');
}

async function register(
  world: World,
  { name, role, site, person }: { name: string; role: Role; site?: string; person?: string },
  keyholder: Keyholder,
  by: Caller,
): Promise<Keyholder> {
  const body = { name, role, site: site ?? null, person: person ?? null };
  const { link, invitation } = must(await world.ask('invite', { body }, by));
  const token = tokenOf(link);
  const options = must(await world.askInvited('invitationRegistrationOptions', { body: { token } }));
  const registration = { ...keyholder.authenticator.register(options, consoleOrigin) };
  const { passkey } = must(await world.askInvited('invitationRegister', { body: { token, registration } }));
  return { ...keyholder, named: { ...invitation.person, credentials: [passkey] } };
}

/** The token in an invitation's link. */
export function tokenOf(link: string): string {
  return link.split('#')[1] ?? '';
}

/** Where an invitation stands in its list. */
export async function findInvitation(world: World, id: string, by: Caller): Promise<Invitation | undefined> {
  return must(await world.ask('invitations', {}, by)).invitations.find((invitation) => invitation.id === id);
}

/** The result of what must not be refused. */
export function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.refusal.reason}`);
  return answer.result;
}

/** `ok`, or why not. */
export function reasonOf(answer: Answer<unknown>): string {
  return answer.ok ? 'ok' : answer.refusal.reason;
}
