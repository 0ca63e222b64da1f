// What a laptop holds dear, read by somebody who has its user's session, its disk and control's database.
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataPlaces } from '../../src/main/data-places.ts';
import { deviceRecord, recordSchemaVersion } from '../../src/main/record.ts';
import { openHeader } from '../../src/main/vault/journal-header.ts';
import { eventsWrapKey, journalWrapKey, recordKey } from '../../src/main/vault/keys.ts';
import { instanceName } from '../../src/main/vault/os-key-store.ts';
import { openRecord } from '../../src/main/vault/record-envelope.ts';
import type { ControlDatabase } from './control-database.ts';
import { plunder } from './forge.ts';
import type { Kiosk } from './kiosk.ts';
import { bytesNeedle, textNeedle, type Needle } from './memory.ts';
import { projectFolder, runtime } from './runtime.ts';

const program = `
  const { Entry } = require('@napi-rs/keyring');
  const entry = new Entry('sallyport', process.argv[1], { linux: { store: 'secret-service' } });
  process.stdout.write(Buffer.from(entry.getSecret() ?? []).toString('hex'));
`;

/** The device's half of the keys, out of its user's key store; undefined when it is not there. */
export function deviceShareOf({ desktop, dataFolder }: Kiosk): Uint8Array | undefined {
  // `--`: the account may begin with a hyphen.
  const [user, ...args] = [...desktop.user.prefix, runtime().node, '-e', program, '--'];
  const account = `${instanceName(dataFolder)}/device-share`;
  const hex = execFileSync(user, [...args, account], { cwd: projectFolder, env: desktop.env, encoding: 'utf8' });
  return hex === '' ? undefined : Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** Every key of an enrolled laptop with an open journal, and every key made of those, as something to look for. */
export async function secretsOf(kiosk: Kiosk, laptop: string, database: ControlDatabase): Promise<Needle[]> {
  const share = deviceShareOf(kiosk);
  if (share === undefined) throw new Error('the key store has no share');
  const { serverShare } = await plunder(database, laptop);
  const places = dataPlaces(kiosk.dataFolder);
  const identity = identityIn(kiosk.dataFolder, recordKey(share));
  const consultations = journalWrapKey(share, serverShare);
  const events = eventsWrapKey(share);
  return [
    bytesNeedle('the device share', share),
    bytesNeedle('the server share', serverShare),
    bytesNeedle('the record’s key', recordKey(share)),
    bytesNeedle('the wrapping key of the journal of consultations', consultations),
    bytesNeedle('the wrapping key of the journal of events', events),
    ...dataKeyIn(places.journal, 'consultations', consultations, identity.device.id),
    ...dataKeyIn(places.events, 'events', events, identity.device.id),
    ...signingKeyNeedles(identity.signingKey),
    bytesNeedle('the sealing key', Buffer.from(identity.sealingKey, 'base64url')),
  ];
}

function identityIn(folder: string, key: Uint8Array) {
  const binding = { purpose: 'device', instance: instanceName(folder), schemaVersion: recordSchemaVersion };
  const text = readFileSync(join(dataPlaces(folder).record, 'record.sealed'), 'utf8');
  const { enrolment } = deviceRecord.parse(openRecord(key, binding, text)?.value);
  if (enrolment === null) throw new Error('the laptop is not enrolled');
  return enrolment.identity;
}

function dataKeyIn(path: string, file: string, wrapKey: Uint8Array, device: string): Needle[] {
  if (!existsSync(path)) return [];
  const header = openHeader(wrapKey, { device, file, schemaVersion: 1 }, readFileSync(path));
  if (typeof header === 'string') throw new Error(`the journal of ${file} is ${header}`);
  return [bytesNeedle(`the data key of the journal of ${file}`, header.dataKey.export())];
}

function signingKeyNeedles(pem: string): Needle[] {
  const { d = '' } = createPrivateKey(pem).export({ format: 'jwk' });
  const body = pem.split('\n').filter((line) => line !== '' && !line.startsWith('-'));
  return [
    // The first line of a P-256 key is half header; the second is the key's alone.
    textNeedle('the signing key, as PEM', body[1] ?? body.join('')),
    bytesNeedle('the signing key', Buffer.from(d, 'base64url')),
    // As libraries that calculate with it keep it: the lowest byte first.
    bytesNeedle('the signing key, reversed', Buffer.from(d, 'base64url').reverse()),
  ];
}
