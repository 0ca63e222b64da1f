// A laptop for tests of control: real keys, certificate and sockets, and the rules a laptop keeps, without a screen.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { checkServerIdentity, connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import {
  anchorAnswer,
  closeCodes,
  controlServerName,
  decodeFrame,
  decodeReceipt,
  enrolAnswer,
  frame,
  fromBase64url,
  pairingCodeOf,
  parseTicket,
  toBase64url,
  welcome,
} from '@sallyport/protocol';
import type {
  ApprovedStatement,
  CloseReason,
  ErasureCause,
  ErasureProof,
  Frame,
  Hello,
  LifecycleName,
  Order,
  Refusal,
  Roster,
  SignedReceipt,
  StatementRefusal,
} from '@sallyport/protocol';
import { generateSealingKeyPair, openShare } from '@sallyport/protocol/sealing';
import type { SealedShare, SealingKeyPair } from '@sallyport/protocol/sealing';
import { verifyStatement } from '@sallyport/protocol/verify';
import { WebSocket } from 'ws';
import { LaptopErasure, signReceipt } from './laptop-erasure-testing.ts';
import { fetchNewer, heldAtEnrolment } from './laptop-trust-testing.ts';
import type { HeldTrust } from './laptop-trust-testing.ts';
import type { Answer } from './ports.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A laptop's keys, before it is anybody. */
export interface LaptopKeys {
  /** PKCS #8 PEM. */
  signingKey: string;
  /** PKCS #10 PEM. */
  certificateRequest: string;
  sealing: SealingKeyPair;
}

/** Makes a laptop's keys and certificate request. */
export async function makeLaptopKeys(): Promise<LaptopKeys> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    signingKey: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    certificateRequest: request.toString('pem'),
    sealing: await generateSealingKeyPair(),
  };
}

/** Asks control's enrolment port, verifying its certificate against the CA unless there is none to verify against yet. */
export async function askEnrolmentPort(
  port: number,
  asked: { method: 'GET' | 'POST'; path: string; body?: string; ca?: string },
): Promise<{ status: number; value: unknown }> {
  return new Promise((resolve, reject) => {
    const trust =
      asked.ca === undefined
        ? { rejectUnauthorized: false }
        : { ca: asked.ca, checkServerIdentity: checkControl, servername: controlServerName };
    const { method, path } = asked;
    const options = { host: '127.0.0.1', port, method, path, minVersion: 'TLSv1.3' as const, agent: false, ...trust };
    const request = httpsRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, value: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(asked.body);
  });
}

function checkControl(_host: string, certificate: Parameters<typeof checkServerIdentity>[1]): Error | undefined {
  return checkServerIdentity(controlServerName, certificate);
}

/** Enrols with a ticket over real TLS as a laptop does. @throws when control refuses */
export async function enrolLaptop(ticket: string): Promise<Laptop> {
  const parsed = await parseTicket(ticket);
  if (parsed === undefined) throw new Error('no ticket');
  const port = Number(parsed.address.split(':').at(-1));
  const anchor = anchorAnswer.parse((await askEnrolmentPort(port, { method: 'GET', path: '/anchor' })).value);
  const keys = await makeLaptopKeys();
  const body = JSON.stringify({
    secret: toBase64url(parsed.secret),
    certificateRequest: keys.certificateRequest,
    sealingKey: toBase64url(keys.sealing.publicKey),
  });
  const answer = await askEnrolmentPort(port, { method: 'POST', path: '/enrol', body, ca: anchor.caCertificate });
  if (answer.status !== 200) throw new Error(`refused: ${JSON.stringify(answer.value)}`);
  const { device, certificate, link, roster } = enrolAnswer.parse(answer.value);
  return new Laptop({
    ...{ id: device.id, name: device.name, site: device.site, keys, certificate },
    ...{ ca: anchor.caCertificate, link, enrolmentPort: port },
    trust: await heldAtEnrolment(anchor.manifest, roster),
  });
}

interface LaptopState {
  id: string;
  name: string;
  site: string;
  keys: LaptopKeys;
  certificate: string;
  ca: string;
  /** host:port */
  link: string;
  enrolmentPort: number;
  trust: HeldTrust;
}

/** An enrolled laptop that keeps a laptop's rules: its own check of codes, grants and orders. */
export class Laptop {
  readonly identity: LaptopState;
  state: LifecycleName = 'inert';
  nonce = new Uint8Array(randomBytes(16));
  grantSequence = 0;
  orderSequence = 0;
  /** How often it has written its record. */
  recordGeneration = 1;
  /** The server share while open. */
  share: Uint8Array | undefined;
  readonly receipts: SignedReceipt[] = [];
  /** Requests of control in the order they came. */
  readonly asked: string[] = [];
  readonly notified: { method: string; params: unknown }[] = [];
  /** Answers a method with this instead of its own rules. */
  readonly instead = new Map<string, (params: unknown) => Promise<Answer<unknown>> | undefined>();
  #socket: WebSocket | undefined;
  #nextId = 0;
  readonly #waiting = new Map<number, (answer: Answer<unknown>) => void>();

  constructor(identity: LaptopState) {
    this.identity = identity;
  }

  get id(): string {
    return this.identity.id;
  }

  /** The roster it holds of a site. */
  rosterOf(site: string): Roster | undefined {
    return this.identity.trust.rosters.get(site)?.roster;
  }

  /** Fetches what is newer and judges it by itself. @throws with the reason when it does not verify */
  async fetchTrust(): Promise<void> {
    this.identity.trust = await fetchNewer((method, params) => this.request(method, params), this.identity.trust);
  }

  /** How often control has said that there is something to fetch. */
  get timesTold(): number {
    return this.notified.filter(({ method }) => method === 'trust.published').length;
  }

  /** The pairing code on its screen. */
  async code(): Promise<string> {
    return pairingCodeOf(this.nonce);
  }

  /** Opens TLS to the link and nothing on it. */
  openTls(opened: () => void, changes: { cert?: string; key?: string } = {}): TLSSocket {
    const { certificate, keys, ca, link } = this.identity;
    const own = { ca, cert: certificate, key: keys.signingKey, servername: controlServerName, ...changes };
    const identity = { minVersion: 'TLSv1.3' as const, checkServerIdentity: checkControl, ...own };
    return connect({ host: '127.0.0.1', port: Number(link.split(':').at(-1)), ...identity }, opened);
  }

  /** Opens a WebSocket without a word. `changes` replace parts of its TLS identity. */
  openSocket(changes: { cert?: string; key?: string } = {}): WebSocket {
    const createConnection = (): TLSSocket => this.openTls(() => undefined, changes);
    return new WebSocket(`wss://${this.identity.link}/`, { createConnection, perMessageDeflate: false });
  }

  /** Connects and says hello. @throws with the close reason when control does not welcome it */
  async connect(changes: Partial<Hello> = {}): Promise<void> {
    const socket = this.openSocket();
    this.#socket = socket;
    await once(socket, 'open');
    const greeted = new Promise<void>((resolve, reject) => {
      socket.once('message', (data) => {
        const greeting = decodeFrame(textOf(data), welcome);
        if (greeting?.device.id !== this.id) reject(new Error('welcomed as somebody else'));
        socket.on('message', (next) => this.#receive(socket, textOf(next)));
        resolve();
      });
      socket.once('close', (code) => reject(new Error(closeReasonOf(code))));
    });
    socket.send(JSON.stringify({ ...this.hello(), ...changes }));
    await greeted;
  }

  hello(): Hello {
    return {
      kind: 'hello',
      versions: [1],
      client: 'test laptop',
      state: this.state,
      manifestVersion: this.identity.trust.manifest.version,
      rosterVersion: this.rosterOf(this.identity.site)?.version ?? 0,
      grantSequence: this.grantSequence,
      orderSequence: this.orderSequence,
      recordGeneration: this.recordGeneration,
    };
  }

  /** The reason of the connection's close, once it closes. */
  closed(): Promise<string> {
    const socket = this.#socket;
    if (socket === undefined) throw new Error('not connected');
    return new Promise((resolve) => socket.once('close', (code) => resolve(closeReasonOf(code))));
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Stops reading: what a suspended or unplugged laptop looks like. */
  freeze(): void {
    this.#socket?.pause();
  }

  /** Sends raw text. */
  send(text: string): void {
    this.#socket?.send(text);
  }

  /** Asks control. */
  request(method: string, params: unknown): Promise<Answer<unknown>> {
    const id = ++this.#nextId;
    this.send(JSON.stringify({ kind: 'request', id, method, params }));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  report(state: LifecycleName, room: string | null): void {
    this.state = state;
    this.send(JSON.stringify({ kind: 'notification', method: 'state', params: { state, room } }));
  }

  /** Delivers a proof of its erasure as a wiped laptop: without a certificate. */
  async deliverErasure(proof: ErasureProof): Promise<{ status: number; value: unknown }> {
    const { enrolmentPort, ca } = this.identity;
    return askEnrolmentPort(enrolmentPort, { method: 'POST', path: '/erasure', body: JSON.stringify(proof), ca });
  }

  /** Begins to erase itself: by an order it has a receipt for, or because its lease has run out. */
  beginErasure(receipt: SignedReceipt | null, signingKey = this.identity.keys.signingKey): LaptopErasure {
    const contents = receipt && decodeReceipt(fromBase64url(receipt.receipt) ?? new Uint8Array());
    if (contents === undefined) throw new Error('no receipt');
    const cause: ErasureCause =
      contents === null
        ? { kind: 'lease' }
        : { kind: 'order', statement: contents.statement, sequence: contents.sequence };
    return new LaptopErasure({ device: this.id, signingKey, cause, receipt });
  }

  /** Signs a receipt for an order with its own key, or another. */
  async signReceipt(
    order: ApprovedStatement,
    outcome: { result: 'executed' } | { result: 'refused'; reason: StatementRefusal },
    signingKey = this.identity.keys.signingKey,
  ): Promise<SignedReceipt> {
    return signReceipt(order, { device: this.id, outcome, signingKey });
  }

  #receive(socket: WebSocket, text: string): void {
    const received = decodeFrame(text, frame);
    if (received === undefined) throw new Error('control sent a malformed frame');
    switch (received.kind) {
      case 'request':
        void this.#answer(socket, received);
        return;
      case 'response':
        this.#waiting.get(received.id)?.(
          received.ok ? { ok: true, result: received.result } : { ok: false, refusal: received.refusal },
        );
        return;
      case 'notification':
        this.notified.push({ method: received.method, params: received.params });
        return;
      default:
        received satisfies never;
    }
  }

  async #answer(socket: WebSocket, request: Extract<Frame, { kind: 'request' }>): Promise<void> {
    this.asked.push(request.method);
    const answer = await (this.instead.get(request.method)?.(request.params) ??
      this.#obey(request.method, request.params));
    if (socket.readyState === socket.OPEN) {
      socket.send(JSON.stringify({ kind: 'response', id: request.id, ...answer }));
    }
  }

  async #obey(method: string, params: unknown): Promise<Answer<unknown>> {
    switch (method) {
      case 'pairing.check':
        return this.#checkCode((params as { code: string }).code);
      case 'grant.open':
        return this.#open(params as { grant: ApprovedStatement; share: SealedShare });
      case 'order.execute':
        return this.#execute((params as { order: ApprovedStatement }).order);
      case 'activation.lock':
        this.report('inert', null);
        return { ok: true, result: {} };
      default:
        return refused('unknown-method');
    }
  }

  async #checkCode(code: string): Promise<Answer<unknown>> {
    if (code !== (await this.code())) return refused('wrong-code');
    return { ok: true, result: { nonce: toBase64url(this.nonce) } };
  }

  async #open({ grant, share }: { grant: ApprovedStatement; share: SealedShare }): Promise<Answer<unknown>> {
    const bytes = fromBase64url(grant.statement) ?? new Uint8Array();
    const { id, site, trust, keys } = this.identity;
    const roster = this.rosterOf(site);
    if (roster === undefined) return refused('outdated');
    const policy = { at: 'opening', device: id, site, afterSequence: this.grantSequence, roster } as const;
    const now = Date.now();
    const verified = await verifyStatement(bytes, grant.approvals, trust.manifest, { type: 'grant', now, ...policy });
    if (!verified.accepted) return refused(verified.reason);
    this.share = await openShare(share, keys.sealing.privateKey, bytes);
    if (this.share === undefined) return refused('failed');
    this.grantSequence = verified.statement.sequence;
    this.report('open', null);
    return { ok: true, result: {} };
  }

  async #execute(order: ApprovedStatement): Promise<Answer<unknown>> {
    const bytes = fromBase64url(order.statement) ?? new Uint8Array();
    const { id, trust } = this.identity;
    const policy = { type: 'order' as const, now: Date.now(), device: id, afterSequence: this.orderSequence };
    const verified = await verifyStatement(bytes, order.approvals, trust.manifest, policy);
    // There is no number of its own to sign for.
    if (!verified.accepted && verified.reason === 'wrong-device') return refused('wrong-device');
    const outcome = verified.accepted
      ? { result: 'executed' as const }
      : { result: 'refused' as const, reason: verified.reason };
    if (verified.accepted) this.orderSequence = sequenceOf(verified.statement, id);
    const receipt = await this.signReceipt(order, outcome);
    this.receipts.push(receipt);
    return { ok: true, result: receipt };
  }
}

function refused(reason: Refusal['reason']): Answer<never> {
  return { ok: false, refusal: { reason } };
}

function sequenceOf(order: Order, device: string): number {
  return order.devices.find(({ id }) => id === device)?.sequence ?? 0;
}

/** Waits for an event of a socket. @throws when it fails first */
export function once(socket: WebSocket, event: 'open' | 'close'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once('error', reject);
  });
}

/** The contract's name of a close code. */
export function closeReasonOf(code: number): string {
  const names = Object.keys(closeCodes) as CloseReason[];
  return names.find((name) => closeCodes[name] === code) ?? String(code);
}

function textOf(data: WebSocket.RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}
