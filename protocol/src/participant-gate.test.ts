import { describe, expect, test } from 'vitest';
import { maxReports } from './participant-gate.ts';
import {
  added,
  consume,
  ended,
  jones,
  joined,
  left,
  paused,
  person,
  phase,
  proof,
  rao,
  removed,
  seat,
  sends,
  settle,
  setUp,
  site,
} from '../../test/harness/played-gate.ts';
import { ParticipantGate } from './participants.ts';

const unverified = { ok: false, refusal: { reason: 'unverified' } };

describe('S25 an unverified participant is never shown or heard', () => {
  test('joining answers those who are verified and what they send, nobody else', async () => {
    const { gate, join, refused, keptOut } = setUp();
    const participants = [person(rao), person(jones)];
    const answer = await join(seat({ participants, producers: [sends(rao, 'r'), sends(jones, 'j'), sends('x', 'x')] }));
    expect(answer).toEqual({ ok: true, value: seat({ participants: [person(rao)], producers: [sends(rao, 'r')] }) });
    expect(refused).toEqual(['2 unknown-credential']);
    expect(keptOut).toEqual([true]);
    expect(gate.shown.map(({ participant, vouchedBy }) => [participant.id, vouchedBy.name])).toEqual([
      [rao, 'Nia Nurse'],
    ]);
  });

  test('nothing is told of them, whatever they do', async () => {
    const { gate, join, told, keptOut } = setUp();
    await join();
    for (const each of [joined(jones), added(jones, 'j'), paused('j'), removed('j'), left(jones)]) gate.heard(each);
    await expect.poll(() => keptOut).toEqual([true, false]);
    expect(told).toEqual([]);
  });

  test('what they send cannot be received, and the room is not even asked', async () => {
    const { gate, join, receive, resume, asked } = setUp();
    await join(seat({ participants: [person(jones)], producers: [sends(jones, 'j')] }));
    expect(await receive('j')).toEqual(unverified);
    expect(await receive('unheard-of')).toEqual(unverified);
    expect(await resume('c1')).toEqual(unverified);
    expect(asked).toEqual(['room.join']);
    gate.close();
  });

  test('what a verified participant sends can be received', async () => {
    const { join, receive, resume, asked } = setUp();
    await join(seat({ participants: [person(rao)], producers: [sends(rao, 'r')] }));
    expect(await receive('r')).toMatchObject({ ok: true, value: { consumer: 'c2' } });
    expect(await resume('c2')).toMatchObject({ ok: true });
    expect(await resume('c1')).toEqual(unverified);
    expect(asked).toEqual(['room.join', 'room.consume', 'room.resumeConsumer']);
  });

  test('somebody of one’s own side is not, whatever proves them: nobody is shown themselves as the other', async () => {
    const { gate, join, told, refused } = setUp();
    const self = person(rao, 'device');
    expect(await join(seat({ participants: [self] }))).toMatchObject({ value: { participants: [] } });
    gate.heard({ method: 'room.participantJoined', params: { participant: self } });
    await expect.poll(() => refused).toEqual(['1 wrong-type', '1 wrong-type']);
    expect(told).toEqual([]);
  });

  test('somebody who comes anew is judged anew: what they were, and what they sent, is over', async () => {
    const { gate, join, told, trust, receive } = setUp();
    await join(seat({ participants: [person(rao)], producers: [sends(rao, 'r')] }));
    trust.delete(rao);
    gate.heard(joined(rao));
    gate.heard(phase);
    await expect.poll(() => told).toEqual([left(rao), phase]);
    expect(await receive('r')).toEqual(unverified);
  });

  test('a producer never passes to somebody else', async () => {
    const { gate, join, told } = setUp([rao, jones]);
    await join(seat({ participants: [person(rao), person(jones)], producers: [sends(rao, 'r')] }));
    gate.heard(added(jones, 'r'));
    gate.heard(phase);
    await expect.poll(() => told).toEqual([phase]);
  });

  test('a verification that fails by itself is one that refuses', async () => {
    const refused: string[] = [];
    const gate = new ParticipantGate({
      verify: () => Promise.reject(new Error('broken')),
      expects: ['consultant'],
      tell: () => undefined,
      onRefused: (_who, reason) => void refused.push(reason),
      onKeepingOut: () => undefined,
    });
    const ask = () => Promise.resolve({ ok: true, value: seat({ participants: [person(rao)] }) } as never);
    expect(await gate.request('room.join', { room: site.id, proof }, ask)).toMatchObject({
      value: { participants: [] },
    });
    expect(refused).toEqual(['failed']);
  });
});

describe('S25 when trust changes', () => {
  test('who is no longer verified is put out, with all they send', async () => {
    const { gate, join, told, trust, receive, resume, refused } = setUp();
    await join(seat({ participants: [person(rao)], producers: [sends(rao, 'r'), sends(rao, 's')] }));
    await receive('r');
    trust.delete(rao);
    gate.recheck();
    await expect.poll(() => told).toEqual([removed('r'), removed('s'), left(rao)]);
    expect(await receive('r')).toEqual(unverified);
    expect(await resume('c2')).toEqual(unverified);
    expect(refused).toEqual(['1 unknown-credential']);
    gate.heard(added(rao, 'late'));
    gate.heard(phase);
    await expect.poll(() => told.at(-1)).toEqual(phase);
    expect(told).toHaveLength(4);
  });

  test('who is verified now comes, with what they send as it is now', async () => {
    const { gate, join, told, trust } = setUp([]);
    await join(seat({ participants: [person(rao)], producers: [sends(rao, 'r')] }));
    for (const each of [paused('r'), added(rao, 's'), removed('s')]) gate.heard(each);
    trust.add(rao);
    gate.recheck();
    const asItIs = { ...sends(rao, 'r'), paused: true };
    await expect
      .poll(() => told)
      .toEqual([joined(rao), { method: 'room.producerAdded', params: { producer: asItIs } }]);
    gate.recheck();
    gate.heard(phase);
    await expect.poll(() => told).toHaveLength(3);
  });

  test('a receiving that was asked for before and answered after is refused', async () => {
    const { gate, join, trust, told } = setUp();
    await join(seat({ participants: [person(rao)], producers: [sends(rao, 'r')] }));
    let answer: (value: never) => void = () => undefined;
    const received = gate.request('room.consume', consume('r'), () => new Promise((resolve) => (answer = resolve)));
    trust.delete(rao);
    gate.recheck();
    await expect.poll(() => told.at(-1)).toEqual(left(rao));
    answer({ ok: true, value: { consumer: 'c', kind: 'video', rtpParameters: {} } } as never);
    expect(await received).toEqual(unverified);
  });
});

describe('the order of what is told', () => {
  test('stays, although verifying takes time', async () => {
    const { gate, join, told, take } = setUp([rao, jones]);
    take(() => 5);
    await join();
    const heard = [joined(rao), added(rao, 'r'), phase, joined(jones), paused('r'), left(rao), added(jones, 'j')];
    for (const each of heard) gate.heard(each);
    await expect.poll(() => told).toEqual(heard);
  });

  test('holds what came before the join was answered until it was taken', async () => {
    const { gate, told } = setUp();
    gate.heard(joined(rao));
    const ask = () => Promise.resolve({ ok: true, value: seat() } as never);
    await gate.request('room.join', { room: site.id, proof }, ask);
    gate.heard(phase);
    await settle();
    expect(told).toEqual([]);
    gate.begin();
    await expect.poll(() => told).toEqual([joined(rao), phase]);
  });

  test('ends with the room’s end, which waits for nobody', async () => {
    const { gate, told, join, receive } = setUp();
    await join();
    gate.heard(joined(rao));
    gate.heard(ended);
    expect(told).toEqual([ended]);
    gate.heard(phase);
    gate.recheck();
    await settle();
    await settle();
    expect(told).toEqual([ended]);
    expect(await receive('r')).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    expect(gate.shown).toEqual([]);
  });

  test('is not begun when the room ended while those in it were being verified', async () => {
    const { gate, join, told } = setUp();
    const joining = join(seat({ participants: [person(rao)] }));
    gate.heard(ended);
    expect(await joining).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    expect(told).toEqual([ended]);
  });
});

describe('S23 a room that talks too much', () => {
  test('is left', async () => {
    const { gate, told, take } = setUp();
    take(() => 1000);
    for (let count = 0; count <= 256; count += 1) gate.heard(phase);
    expect(told).toEqual([{ method: 'room.ended', params: { reason: 'server' } }]);
  });

  test('does not fill the record', async () => {
    const { gate, join, refused, told } = setUp([]);
    await join();
    for (let count = 0; count < 100; count += 1) gate.heard(joined(jones));
    gate.heard(phase);
    await expect.poll(() => told, { timeout: 5000 }).toEqual([phase]);
    expect(refused).toHaveLength(maxReports);
  });

  test('is remembered as far as a room can be full', async () => {
    const { gate, join, refused, told, receive } = setUp();
    const crowd = Array.from({ length: 8 }, (_, index) => person(`crowd-${index}`));
    const producers = Array.from({ length: 32 }, (_, index) => sends('crowd-0', `p${index}`));
    await join(seat({ participants: crowd, producers }));
    gate.heard(joined(rao));
    gate.heard(added(rao, 'r'));
    gate.heard(phase);
    await expect.poll(() => told).toEqual([phase]);
    expect(refused.at(-1)).toBe('1 too-many');
    expect(await receive('r')).toEqual(unverified);
  });
});
