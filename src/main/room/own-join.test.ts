import { createECDH, randomUUID } from 'node:crypto';
import { decodeStatement, fromBase64url, toBase64url } from '@sallyport/protocol';
import type { DeviceAppointment } from '@sallyport/protocol';
import { participantOf, verifyParticipant } from '@sallyport/protocol/participants';
import { describe, expect, test } from 'vitest';
import { sampleFleet } from '../../../test/harness/sample-fleet.ts';
import { approvedGrant } from '../../../test/harness/sample-joins.ts';
import { forgetJoin, proveJoin } from './own-join.ts';
import type { JoiningDevice, OwnJoin } from './own-join.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = sampleFleet(now);
const { device, deviceKey, manifest } = fleet;
const { consultant } = fleet.grant(now).appointment;
const appointment: DeviceAppointment = {
  id: randomUUID(),
  patientReference: 'P 1',
  patientName: 'Alex Example',
  consultant,
  startsAt: now,
  endsAt: now + 60_000,
  opensAt: now,
  closesAt: now + 120_000,
};
const opened = { appointment, approved: approvedGrant(fleet, now, appointment.id) };
const laptop: JoiningDevice = {
  device,
  manifest,
  publicKey: Buffer.from(deviceKey.publicKey, 'base64url'),
  sign: async (bytes) => deviceKey.sign(bytes),
  now,
};

async function prove(joining = laptop, of = opened): Promise<OwnJoin> {
  const proved = await proveJoin(joining, of);
  if (!proved.ok) throw new Error(proved.refusal.reason);
  return proved.value;
}

function statementOf({ proof }: OwnJoin) {
  const bytes = proof.kind === 'device' ? fromBase64url(proof.statement) : undefined;
  const statement = bytes && decodeStatement(bytes);
  if (statement?.type !== 'join') throw new Error('no join');
  return statement;
}

describe('S25 the laptop’s join', () => {
  test('is proved by its key and the grant that names it', async () => {
    const participant = participantOf((await prove()).proof);
    if (participant === undefined) throw new Error('no join');
    const rosters = [fleet.roster, fleet.hospitalRoster];
    const verified = await verifyParticipant(participant, {
      appointment: appointment.id,
      device: { id: device.id, prison: fleet.prison },
      consultant,
      manifest,
      roster: (site) => rosters.find((each) => each.site === site),
      now,
    });
    expect(verified).toMatchObject({ accepted: true, vouchedBy: { name: 'Nia Nurse' } });
  });

  test('names the laptop, its prison as the manifest does, and the room until it closes', async () => {
    expect(statementOf(await prove())).toMatchObject({
      fleet: manifest.fleet,
      manifestVersion: 1,
      appointment: appointment.id,
      participant: { kind: 'device', id: device.id, name: 'HB-07', site: { id: fleet.prison, name: 'HMP Exemplar' } },
      issuedAt: now,
      notAfter: appointment.closesAt,
    });
  });

  test('lives twelve hours at the most', async () => {
    const long = { ...opened, appointment: { ...appointment, closesAt: now + 20 * 3_600_000 } };
    expect(statementOf(await prove(laptop, long)).notAfter).toBe(now + 12 * 3_600_000);
  });

  test('has a fresh key each time, whose private half stays here until it is forgotten', async () => {
    const [first, second] = [await prove(), await prove()];
    expect(statementOf(first).mediaKey).not.toBe(statementOf(second).mediaKey);
    const pair = createECDH('prime256v1');
    pair.setPrivateKey(first.privateKey);
    expect(toBase64url(pair.getPublicKey())).toBe(statementOf(first).mediaKey);
    forgetJoin(first);
    expect(first.privateKey.every((byte) => byte === 0)).toBe(true);
  });

  test('cannot be made where the manifest has no such prison, nor without the laptop’s key', async () => {
    const removed = { ...laptop, manifest: { ...manifest, sites: [] } };
    expect(await proveJoin(removed, opened)).toEqual({ ok: false, refusal: { reason: 'wrong-site' } });
    const broken = { ...laptop, sign: () => Promise.reject(new Error('no key')) };
    await expect(proveJoin(broken, opened)).rejects.toThrow('no key');
  });
});
