import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { ApprovedStatement } from '@sallyport/protocol';
import { controlServerName, decodeReceipt, fromBase64url } from '@sallyport/protocol';
import { ConsoleClient } from './console-client.ts';
import { openControlDatabase } from './control-database.ts';
import { approverOf, until, writeTicket } from './errands.ts';
import { EvilControl, type EvilConnection, type LaptopAnswer } from './evil-control.ts';
import { issue, type Issued } from './forged-certificates.ts';
import { Forge, plunder } from './forge.ts';
import { Kiosk } from './kiosk.ts';
import { samplePerson, type SamplePerson } from './sample-fleet.ts';
import {
  createSoftwareAuthenticator,
  type ApprovalPlace,
  type SoftwareAuthenticator,
} from './software-authenticator.ts';
import { createWorld, type Part, type World } from './world.ts';

/** One real laptop whose control, database and port fall to an attacker; people's passkeys stay with the people. */
export class Siege {
  readonly world: World;
  readonly kiosk: Kiosk;
  readonly forge: Forge;
  readonly approver: ApprovalPlace;
  /** Somebody nobody has heard of, with a passkey. */
  readonly attacker: SamplePerson = samplePerson('Mallory');
  /** What the laptop has reported: `event: detail`. */
  readonly reported: string[] = [];
  readonly #linkPort: number;
  #evil: EvilControl | undefined;

  private constructor(world: World, kiosk: Kiosk, forge: Forge) {
    this.world = world;
    this.kiosk = kiosk;
    this.forge = forge;
    this.approver = approverOf(world);
    this.#linkPort = Number(world.addresses.link.split(':')[1]);
    this.serveStolen();
  }

  /** Founds a fleet with one enrolled laptop, and copies everything that control knows. Control still runs. */
  static async begin(): Promise<Siege> {
    const world = await createWorld();
    let kiosk: Kiosk | undefined;
    try {
      const officer = await ConsoleClient.signIn(world, 'officer');
      kiosk = await Kiosk.start();
      await kiosk.enrol(await writeTicket(officer, 'HB-07'));
      const database = await openControlDatabase(world);
      const forge = new Forge(await plunder(database, 'HB-07'));
      await database.close();
      return new Siege(world, kiosk, forge);
    } catch (error) {
      await kiosk?.close();
      await world.close();
      throw error;
    }
  }

  /** The attacker's server, once control has fallen. */
  get evil(): EvilControl {
    if (this.#evil === undefined) throw new Error('control has not fallen');
    return this.#evil;
  }

  /** Replaces whoever answers at control's port. @param identity undefined: with control's own stolen authority */
  async occupy(identity?: Issued): Promise<void> {
    const { authority, device } = this.forge.spoils;
    await this.#evil?.close();
    const own = identity ?? (await issue(authority, controlServerName, 'server'));
    const evil = await EvilControl.start({
      port: this.#linkPort,
      identity: own,
      laptopAuthority: authority.certificate,
      device: { id: device.id, name: device.name, site: device.site },
    });
    evil.answers.set('trust.fetch', () => this.#fetchTrust());
    evil.answers.set('trust.roster', (params) => this.#fetchRoster(params));
    evil.answers.set('record.report', (params) => {
      const { events } = params as { events: { event: string; detail?: string }[] };
      this.reported.push(...events.map(({ event, detail = '' }) => `${event}: ${detail}`));
      return {};
    });
    for (const method of ['activation.ended', 'receipt.deliver']) evil.answers.set(method, () => ({}));
    this.#evil = evil;
  }

  /** What the attacker serves as the chain of manifests (after version 1) and as rosters, by site. */
  readonly served: { manifests: ApprovedStatement[]; rosters: Map<string, ApprovedStatement> } = {
    manifests: [],
    rosters: new Map(),
  };

  /** Serves what was stolen, true and of version 1, and nothing else. */
  serveStolen(): void {
    const { roster, hospitalRoster } = this.forge.spoils;
    this.served.manifests = [];
    this.served.rosters = new Map([roster, hospitalRoster].map(({ contents, approved }) => [contents.site, approved]));
  }

  /** Whatever it serves, it claims to be the newest there is. */
  #fetchTrust(): unknown {
    const rosters = [...this.served.rosters.keys()].map((site) => ({ site, version: 2 ** 31 - 1 }));
    return { manifests: this.served.manifests, more: false, rosters };
  }

  #fetchRoster(params: unknown): unknown {
    const { site } = params as { site: string };
    const roster = this.served.rosters.get(site);
    return roster && { roster };
  }

  /** A person's own passkey. */
  passkey(part: Part | 'attacker'): SoftwareAuthenticator {
    if (part === 'attacker') return this.attacker.authenticator;
    return createSoftwareAuthenticator(this.world.people[part].exportPasskey());
  }

  /** The laptop's live connection to the attacker. */
  connection(): Promise<EvilConnection> {
    return this.evil.connection();
  }

  /** Has the code on the screen typed, as a nurse would; the laptop gives its nonce. */
  async nonce(): Promise<string> {
    const connection = await this.connection();
    const answer = await connection.ask('pairing.check', { code: await this.kiosk.pairingCode() });
    if (!answer.ok) throw new Error(`the code was not taken: ${JSON.stringify(answer.refusal)}`);
    return (answer.result as { nonce: string }).nonce;
  }

  /** Sends a grant with the stolen share properly sealed. */
  async openWith(grant: ApprovedStatement): Promise<LaptopAnswer> {
    const { appointment } = this.forge;
    return (await this.connection()).ask('grant.open', {
      grant,
      share: await this.forge.seal(grant),
      appointment,
      upcoming: [],
    });
  }

  /** Sends an order. @returns the outcome its signed receipt states, or the refusal */
  async execute(order: ApprovedStatement): Promise<unknown> {
    const answer = await (await this.connection()).ask('order.execute', { order });
    if (!answer.ok) return answer.refusal;
    const { receipt } = answer.result as { receipt: string };
    return decodeReceipt(fromBase64url(receipt) ?? new Uint8Array())?.outcome;
  }

  /** What an attacker would like to be otherwise: the laptop's state, its camera, its one seat. */
  async observe(): Promise<{ state: unknown; camera: string; join: unknown }> {
    return this.kiosk.page.evaluate(async () => {
      const snapshot = await window.sallyport.invoke('snapshot', {});
      const camera = navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => 'given',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      );
      const join = await window.sallyport.invoke('join', {});
      return {
        state: snapshot.ok ? snapshot.value.state : snapshot.refusal,
        camera: await camera,
        join: join.ok ? 'joined' : join.refusal.reason,
      };
    });
  }

  /** Whether the journal of consultations has ever been opened. */
  get isJournalThere(): boolean {
    return existsSync(join(this.kiosk.dataFolder, 'journal', 'consultations.sealed'));
  }

  /** Whether a wipe has begun. */
  get isTombstoneThere(): boolean {
    return existsSync(join(this.kiosk.dataFolder, 'tombstone', 'tombstone.json'));
  }

  /** Waits until the laptop shows that its link is up. */
  async untilConnected(): Promise<void> {
    await until('the laptop is connected', async () => {
      const link = await this.kiosk.page.getByTestId('link-state').getAttribute('data-link');
      return link === 'connected';
    });
  }

  /** What becomes of somebody who knocks at control's link with a certificate, or none: its first words, or the error. */
  knock(client: { cert?: string; key?: string }): Promise<string> {
    const { certificate: ca } = this.forge.spoils.authority;
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: this.#linkPort, servername: controlServerName, ca, ...client });
      socket.once('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message));
      socket.once('data', (data: Buffer) => {
        socket.destroy();
        resolve(data.toString('utf8').split('\r\n')[0] ?? '');
      });
      socket.once('close', () => resolve('closed'));
      socket.write(
        'GET / HTTP/1.1\r\nhost: control\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
          'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
    });
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.#evil?.close();
    await this.kiosk.close();
    await this.world.close();
  }
}
