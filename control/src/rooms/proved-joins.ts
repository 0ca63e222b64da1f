import { createHash } from 'node:crypto';
import type { JoinProof, Participant } from '@sallyport/protocol';
import { participantOf, verifyParticipant } from '@sallyport/protocol/participants';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Answer, Clock, RoomPeer, TrustDocuments } from '../ports.ts';
import { refused } from './answers.ts';
import { findBookedRoom } from './booked-rooms.ts';

/** A join that was verified. */
export interface ProvedJoin {
  participant: Participant;
  /** SHA-256 of the join's key, base64url: what the record names it by. */
  mediaKey: string;
  /** The person who vouches: the consultant, or who opened the laptop. */
  vouchedBy: { person: string; name: string };
}

interface Deps {
  db: Kysely<Database>;
  trust: TrustDocuments;
  clock: Clock;
}

/**
 * Verifies that a peer is who its proof says, and that the proof is one for this room.
 * @returns `unverified` when the proof is somebody else's, the statement's own reason when it does not hold
 */
export async function verifyJoin(
  deps: Deps,
  peer: RoomPeer,
  room: string,
  proof: JoinProof,
): Promise<Answer<ProvedJoin>> {
  const known = await findBookedRoom(deps, room);
  if (known === undefined) return refused('not-found');
  const participant = participantOf(proof);
  // SECURITY: whose connection it is, is whose place is proved; nobody joins with somebody else's proof (S25).
  if (participant === undefined || !isSame(participant, peer)) return refused('unverified');
  const verified = await verifyParticipant(participant, known);
  if (!verified.accepted) return refused(verified.reason);
  const mediaKey = createHash('sha256').update(verified.mediaKey).digest('base64url');
  return { ok: true, result: { participant, mediaKey, vouchedBy: verified.vouchedBy } };
}

/** Keeps what a participant proved itself with, for whoever checks the record. A key that joins again is kept once. */
export async function keepJoin(
  trx: Transaction<Database>,
  room: string,
  { mediaKey, participant }: ProvedJoin,
  now: number,
): Promise<void> {
  await trx
    .insertInto('joins')
    .values({ media_key: mediaKey, room, proof: JSON.stringify(participant.proof), joined_at: new Date(now) })
    .onConflict((conflict) => conflict.column('media_key').doNothing())
    .execute();
}

function isSame(participant: Participant, { kind, id, name }: RoomPeer): boolean {
  return participant.kind === kind && participant.id === id && participant.name === name;
}
