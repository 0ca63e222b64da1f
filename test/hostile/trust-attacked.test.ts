import { randomUUID } from 'node:crypto';
import type { ApprovedStatement, Participant } from '@sallyport/protocol';
import { noProgress } from '@sallyport/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../harness/errands.ts';
import { approvedBy, digestOfApproved } from '../harness/forge.ts';
import { samplePerson, type SamplePerson } from '../harness/sample-fleet.ts';
import { Siege } from '../harness/siege.ts';
import type { SoftwareAuthenticator } from '../harness/software-authenticator.ts';
import type { Part } from '../harness/world.ts';

/**
 * T7 and T9: control, its database and its keys belong to an attacker, and an insider helps: somebody who was somebody, or is
 * somebody elsewhere. People have changed the trust meanwhile; the laptop has heard of it once.
 */
describe('trust attacked', () => {
  let siege: Siege;
  /** The nurse who takes over from the one whom everybody knew. */
  const heir = samplePerson('Nerys Nurse');
  let successor: ApprovedStatement;

  const keyOf = (who: Part | SamplePerson): SoftwareAuthenticator =>
    typeof who === 'string' ? siege.passkey(who) : who.authenticator;
  const approved = (
    statement: Parameters<typeof approvedBy>[0],
    ...by: readonly (Part | SamplePerson)[]
  ): ApprovedStatement => approvedBy(statement, siege.approver, ...by.map(keyOf));
  const publish = async (): Promise<void> => {
    siege.reported.length = 0;
    (await siege.connection()).tell('trust.published', {});
  };
  const refusedFor = (reason: string): Promise<unknown> =>
    until(`the laptop says ${reason}`, async () => siege.reported.includes(`statement-refused: trust: ${reason}`));
  const openFor = async (who: Part | SamplePerson): Promise<unknown> => {
    const answer = await siege.openWith(approved(siege.forge.grant(await siege.nonce()), who));
    return answer.ok ? 'open' : answer.refusal.reason;
  };
  const lock = async (): Promise<void> => {
    await (await siege.connection()).ask('activation.lock', {});
    await siege.kiosk.shows('inert');
  };
  const powerCycle = async (): Promise<void> => {
    await siege.kiosk.powerOff('cut');
    await siege.kiosk.powerOn();
    await siege.untilConnected();
  };

  beforeAll(async () => {
    siege = await Siege.begin();
    await siege.world.control().stop();
    await siege.occupy();
    await siege.untilConnected();
  });

  afterAll(async () => {
    await siege.close();
  });

  test('S1 S26 a nurse who is revoked while the laptop is open by her hand: it shuts at once and says why', async () => {
    expect(await openFor('nurse')).toBe('open');
    await siege.kiosk.shows('open');
    const { forge, served } = siege;
    successor = approved(forge.roster({ version: 2, people: [heir.named] }), 'prisonManager');
    served.rosters.set(forge.spoils.device.site, successor);
    await publish();
    await siege.kiosk.shows('inert');
    const notice = await siege.kiosk.page.getByTestId('notice').innerText();
    expect(notice).toMatch(/no longer/i);
  });

  test('S6 S26 a revoked nurse stays revoked: control cannot bring her list back, not even after a power cut', async () => {
    expect(await openFor('nurse')).toBe('unknown-credential');
    const { forge, served } = siege;
    served.rosters.set(forge.spoils.device.site, forge.spoils.roster.approved);
    await publish();
    await refusedFor('replayed');
    await powerCycle();
    expect(await openFor('nurse')).toBe('unknown-credential');
    served.rosters.set(forge.spoils.device.site, successor);
    expect(await openFor(heir)).toBe('open');
    await lock();
  });

  test('S6 S26 an officer who left bricks nothing, and the manifest that says so is not rolled back', async () => {
    const { forge, served } = siege;
    const officers = forge.spoils.manifest.contents.fleetOfficers;
    const remaining = officers.filter(({ name }) => name !== 'Ifor Officer');
    expect(remaining).toHaveLength(1);
    served.manifests = [approved(forge.manifest({ version: 2, fleetOfficers: remaining }), 'trustee')];
    await publish();
    await until('the laptop took it', async () => siege.reported.some((event) => event.startsWith('trust-updated')));
    expect(await siege.execute(approved(forge.order('brick'), 'officer'))).toEqual({
      result: 'refused',
      reason: 'unknown-credential',
    });
    served.manifests = [forge.spoils.manifest.approved];
    await publish();
    await refusedFor('replayed');
    served.manifests = [];
    await powerCycle();
    expect((await siege.connection()).hello).toMatchObject({ manifestVersion: 2, rosterVersion: 2 });
    expect(siege.isTombstoneThere).toBe(false);
  });

  test('S6 the manager of another prison makes nobody a nurse here', async () => {
    const { forge, served } = siege;
    const people = [heir.named, siege.attacker.named];
    const previous = digestOfApproved(successor);
    const roster = approved(forge.roster({ version: 3, previous, people }), 'otherPrisonManager');
    served.rosters.set(forge.spoils.device.site, roster);
    await publish();
    await refusedFor('unknown-credential');
    expect(await openFor(siege.attacker)).toBe('unknown-credential');
    served.rosters.set(forge.spoils.device.site, successor);
  });

  test('S6 a roster of consultants that a prison’s manager approved is none', async () => {
    const { forge, served } = siege;
    const { site, siteName } = forge.spoils.hospitalRoster.contents;
    const previous = digestOfApproved(forge.spoils.hospitalRoster.approved);
    const people = [siege.attacker.named];
    const roster = approved(forge.roster({ site, siteName, version: 2, previous, people }), 'prisonManager');
    served.rosters.set(site, roster);
    await publish();
    await refusedFor('unknown-credential');
    served.rosters.set(site, forge.spoils.hospitalRoster.approved);
  });

  describe('a false consultant', () => {
    const falseOnes: [string, () => Participant][] = [
      ['approved by a passkey nobody knows', () => consultant(approved(siege.forge.join(), siege.attacker))],
      ['approved by a nurse', () => consultant(approved(siege.forge.join(), heir))],
      ['approved by nobody', () => consultant(approved(siege.forge.join()))],
      [
        'of yesterday’s consultation',
        () => consultant(approved(siege.forge.join({ appointment: randomUUID() }), 'consultant')),
      ],
      [
        'under another name than the one that was approved',
        () => ({ ...consultant(approved(siege.forge.join(), 'consultant')), name: 'Dr Mallory' }),
      ],
      [
        'who joins as somebody else',
        () => {
          const { id, name } = siege.attacker.named;
          const participant = { ...siege.forge.join().participant, id, name };
          return { ...consultant(approved(siege.forge.join({ participant }), siege.attacker)), id, name };
        },
      ],
    ];

    function consultant(join: ApprovedStatement): Participant {
      return { ...siege.forge.join().participant, proof: { kind: 'consultant', join } };
    }

    /** Whom and what the laptop's page knows of in the room. */
    function seenByPage(): Promise<{ participants: string[]; producers: string[] }> {
      return siege.kiosk.page.evaluate(async (room) => {
        const answer = await window.sallyport.invoke('room', { method: 'room.join', params: { room } });
        if (!answer.ok) throw new Error(answer.refusal.reason);
        const view = answer.value as { participants: { name: string }[]; producers: { producer: string }[] };
        return {
          participants: view.participants.map(({ name }) => name),
          producers: view.producers.map(({ producer }) => producer),
        };
      }, siege.forge.appointment.id);
    }

    beforeAll(async () => {
      const { evil, forge } = siege;
      expect(await openFor(heir)).toBe('open');
      evil.answers.set('room.join', () => ({
        phase: 'waiting',
        progress: noProgress,
        rtpCapabilities: { codecs: [], headerExtensions: [] },
        participants: [],
        producers: [],
        closesAt: forge.appointment.closesAt,
      }));
      await siege.kiosk.shows('open');
      await siege.kiosk.page.getByTestId('join').click();
      await siege.kiosk.shows('waiting');
    });

    test.each(falseOnes)('S25 %s is neither shown nor heard', async (_, falseOne) => {
      const connection = await siege.connection();
      const consumed: unknown[] = [];
      siege.evil.answers.set('room.consume', (params) => {
        consumed.push(params);
        return undefined;
      });
      siege.reported.length = 0;
      const participant = falseOne();
      const producer = {
        producer: randomUUID(),
        participant: participant.id,
        kind: 'video',
        source: 'camera',
        paused: false,
      };
      connection.tell('room.participantJoined', { participant });
      connection.tell('room.producerAdded', { producer });
      await until('the laptop says so', async () =>
        siege.reported.some((event) => event.startsWith('participant-refused')),
      );
      expect(await seenByPage()).toEqual({ participants: [], producers: [] });
      expect(await siege.kiosk.page.getByTestId('verified-consultant').count()).toBe(0);
      expect(await siege.kiosk.page.getByTestId('remote-video').count()).toBe(0);
      expect(consumed).toEqual([]);
      connection.tell('room.participantLeft', { participant: participant.id });
    });

    test('S25 the true one, with the same words from the same server, is', async () => {
      const connection = await siege.connection();
      connection.tell('room.participantJoined', {
        participant: consultant(approved(siege.forge.join(), 'consultant')),
      });
      const seen = await until('the page is told', async () => {
        const { participants } = await seenByPage();
        return participants.length > 0 && participants;
      });
      expect(seen).toEqual(['Dr Rao']);
    });
  });
});
