import { toBase64url, type Approval, type Manifest, type Refusal, type SetupView } from '@sallyport/protocol';
import { digestOf } from '@sallyport/protocol/verify';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Audit, NewPasskey } from '../ports.ts';
import {
  draftFoundingDocuments,
  judge,
  quorumOf,
  readFoundingDocuments,
  type FoundingDocument,
} from './founding-documents.ts';
import { plannedAuthenticators } from './founding.ts';
import { registrationOptions, verifyRegistration, type RegistrationDeps } from './passkey-registration.ts';
import { readPeople, type RegisteredPerson } from './registered-people.ts';

/** What the founding ceremony needs. */
export interface SetupDeps extends RegistrationDeps {
  audit: Audit;
  approverOrigin: string;
}

type Outcome = { ok: true } | { ok: false; reason: Refusal['reason'] };
const refuse = (reason: Refusal['reason']): Outcome => ({ ok: false, reason });

/**
 * The founding ceremony: everybody registers a passkey; then trustees approve the manifest and each site's managers
 * its roster; the last approval founds the fleet and destroys the set-up token.
 */
export class Setup {
  readonly #deps: SetupDeps;

  constructor(deps: SetupDeps) {
    this.#deps = deps;
  }

  /** The ceremony as it stands. */
  async view(): Promise<SetupView> {
    const { db, approverOrigin } = this.#deps;
    const people = await readPeople(db);
    const documents = await readFoundingDocuments(db);
    const manifest = manifestOf(documents);
    const fleet = await db.selectFrom('fleet').select('founded_at').executeTakeFirst();
    return {
      people: people.map(({ id, name, role, site, credentials }) => {
        return { id, name, role, site: site?.name ?? null, registered: credentials.length > 0 };
      }),
      documents: manifest === undefined ? [] : documents.map((document) => describeDocument(document, manifest)),
      finished: fleet !== undefined && fleet.founded_at !== null,
      approver: approverOrigin,
    };
  }

  /** Options for a person's passkey; refused once they have one, or when nobody of that id is to be registered. */
  async registrationOptions(id: string): Promise<PublicKeyCredentialCreationOptionsJSON | Refusal['reason']> {
    const person = await this.#unregistered(id);
    if (typeof person === 'string') return person;
    return registrationOptions(this.#deps, person, await plannedAuthenticators(this.#deps.db));
  }

  /** Keeps a person's passkey; the last one drafts the documents. */
  async register(id: string, registration: unknown): Promise<Outcome> {
    const person = await this.#unregistered(id);
    if (typeof person === 'string') return refuse(person);
    const authenticators = await plannedAuthenticators(this.#deps.db);
    const passkey = await verifyRegistration(this.#deps, id, registration, authenticators);
    if (typeof passkey === 'string') return refuse(passkey);
    return this.#ceremony((trx) => this.#keepPasskey(trx, person, passkey));
  }

  /** Adds an approval to a document; the last one founds the fleet. */
  async approve(id: string, approval: Approval): Promise<Outcome> {
    return this.#ceremony((trx) => this.#keepApproval(trx, id, approval));
  }

  async #unregistered(id: string): Promise<RegisteredPerson | 'not-found' | 'wrong-state'> {
    const person = (await readPeople(this.#deps.db)).find((candidate) => candidate.id === id);
    if (person === undefined) return 'not-found';
    // SECURITY: a second registration would put another passkey in a person's place (S15).
    return person.credentials.length > 0 ? 'wrong-state' : person;
  }

  /** Runs one step alone, while the ceremony goes on. */
  async #ceremony(step: (trx: Transaction<Database>) => Promise<Outcome>): Promise<Outcome> {
    return this.#deps.db.transaction().execute(async (trx) => {
      const fleet = await trx.selectFrom('fleet').select('founded_at').forUpdate().executeTakeFirst();
      return fleet?.founded_at === null ? step(trx) : refuse('wrong-state');
    });
  }

  async #keepPasskey(trx: Transaction<Database>, person: RegisteredPerson, passkey: NewPasskey): Promise<Outcome> {
    const before = await readPeople(trx);
    if (before.some(({ id, credentials }) => id === person.id && credentials.length > 0)) return refuse('wrong-state');
    const { id, publicKey, counter, transports } = passkey;
    const kept = await trx
      .insertInto('credentials')
      .values({
        id,
        person: person.id,
        public_key: Buffer.from(publicKey, 'base64url'),
        counter,
        transports: JSON.stringify(transports),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst();
    // SECURITY: one passkey never speaks for two people; thresholds count people (S7).
    if (kept === undefined) return refuse('not-allowed');
    await this.#record(trx, person, 'passkey.registered', person.id);
    const everybody = before.every(({ id: other, credentials }) => other === person.id || credentials.length > 0);
    if (everybody) await draftFoundingDocuments(trx, this.#deps.clock.now());
    return { ok: true };
  }

  async #keepApproval(trx: Transaction<Database>, id: string, approval: Approval): Promise<Outcome> {
    const documents = await readFoundingDocuments(trx);
    const manifest = manifestOf(documents);
    const document = documents.find((candidate) => candidate.id === id);
    if (document === undefined || manifest === undefined) return refuse('not-found');
    const now = this.#deps.clock.now();
    if ((await judge(document, manifest, now)).complete) return refuse('wrong-state');
    const approver = approverOf(document, manifest, approval);
    if (approver === undefined) return refuse('unknown-credential');
    if (approversSoFar(document, manifest).some((person) => person.id === approver.id)) return refuse('replayed');
    const alone = await judge({ ...document, approvals: [approval] }, manifest, now);
    if (!alone.complete && alone.reason !== 'too-few-people') return refuse(alone.reason);
    await trx
      .updateTable('approval_tasks')
      .where('id', '=', id)
      .set({ approvals: sql`approvals || ${JSON.stringify([approval])}::jsonb` })
      .execute();
    await this.#record(trx, approver, `${document.statement.type}.approved`, subjectOf(document.statement));
    await this.#foundIfComplete(trx);
    return { ok: true };
  }

  /** SECURITY: the fleet is founded by the verifier's word on every document, not by counting (S6). */
  async #foundIfComplete(trx: Transaction<Database>): Promise<void> {
    const now = this.#deps.clock.now();
    const documents = await readFoundingDocuments(trx);
    const manifest = manifestOf(documents);
    if (manifest === undefined) return;
    for (const document of documents) if (!(await judge(document, manifest, now)).complete) return;
    const rows = documents.map(({ bytes, statement, approvals }) => ({
      id: randomUUID(),
      kind: statement.type,
      site: statement.type === 'roster' ? statement.site : null,
      version: statement.version,
      statement: Buffer.from(bytes),
      approvals: JSON.stringify(approvals),
      created_at: new Date(now),
    }));
    await trx.insertInto('trust_documents').values(rows).execute();
    const ids = documents.map((document) => document.id);
    await trx.deleteFrom('approval_tasks').where('id', 'in', ids).execute();
    await trx
      .updateTable('fleet')
      .set({ founded_at: new Date(now), setup_token: null })
      .execute();
    const actor = { kind: 'control', id: null, name: 'control' } as const;
    for (const { bytes, statement } of documents) {
      const inForce = { version: statement.version, statement: await digestOf(bytes) };
      const entry = { actor, action: `${statement.type}.in-force`, subject: subjectOf(statement), detail: inForce };
      await this.#deps.audit.append(trx, entry);
    }
    const detail = { manifestVersion: manifest.version, rosters: documents.length - 1 };
    await this.#deps.audit.append(trx, { actor, action: 'fleet.founded', subject: manifest.fleet, detail });
  }

  async #record(
    trx: Transaction<Database>,
    person: { id: string; name: string },
    action: string,
    subject: string,
  ): Promise<void> {
    const actor = { kind: 'person', id: person.id, name: person.name } as const;
    await this.#deps.audit.append(trx, { actor, action, subject, detail: {} });
  }
}

function manifestOf(documents: readonly FoundingDocument[]): Manifest | undefined {
  return documents.map((document) => document.statement).find((statement) => statement.type === 'manifest');
}

function subjectOf(statement: FoundingDocument['statement']): string {
  return statement.type === 'manifest' ? statement.fleet : statement.site;
}

type Member = Manifest['fleetOfficers'][number];

function approverOf(document: FoundingDocument, manifest: Manifest, approval: Approval): Member | undefined {
  const { people } = quorumOf(document.statement, manifest);
  return people.find((person) => person.credentials.some((credential) => credential.id === approval.credential));
}

function approversSoFar(document: FoundingDocument, manifest: Manifest): Member[] {
  const all = document.approvals.map((approval) => approverOf(document, manifest, approval));
  return [...new Set(all.filter((person) => person !== undefined))];
}

function describeDocument(document: FoundingDocument, manifest: Manifest): SetupView['documents'][number] {
  const { id, bytes, statement } = document;
  const { people, threshold } = quorumOf(statement, manifest);
  const approved = approversSoFar(document, manifest);
  const missing = people.filter((person) => !approved.includes(person));
  // Those who have approved already are not asked again, as long as there is anybody else.
  const asked = (missing.length > 0 ? missing : people).flatMap((person) => person.credentials);
  const site = statement.type === 'roster' ? manifest.sites.find((one) => one.id === statement.site) : undefined;
  return {
    id,
    title: site === undefined ? 'Trust manifest' : `Roster: ${site.name}`,
    task: { id, statement: toBase64url(bytes), credentials: asked.map((credential) => credential.id) },
    needed: threshold,
    approvedBy: approved.map((person) => person.name),
  };
}
