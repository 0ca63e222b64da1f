// Orders that wait for a second person, and laptops that were enrolled again, on the parts of laptops-orders.test.ts.
import { fromBase64url } from '@sallyport/protocol';
import type { ConsoleOrder, Proposal } from '@sallyport/protocol';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import type { SamplePerson } from '../../test/harness/sample-fleet.ts';
import type { World } from './device-world-testing.ts';
import { enrolLaptop } from './laptop-testing.ts';
import type { Laptop } from './laptop-testing.ts';
import { setUpOrderTests } from './order-desk-testing.ts';
import { must } from './trust-world-testing.ts';

const fleet = sampleFleet(Date.now() - 60_000);
const { officer, otherOfficer } = fleet.people;
const tests = setUpOrderTests(fleet);
const { draft, approve, order, shown, approvedOf, shareOf, reach, newLaptop, keep } = tests;
let world: World;
beforeAll(() => {
  world = tests.world();
});

describe('S7 an order that waits for a second person', () => {
  const proposals = async (person: SamplePerson) =>
    must(await world.ask('proposals', {}, world.caller(person, 'fleetOfficer'))).proposals;
  const approveAs = (proposal: Proposal, person: SamplePerson) => approve(proposal.task, person);

  beforeEach(async () => {
    await world.database.db.deleteFrom('approval_tasks').execute();
  });

  test('stands among the proposals, where an officer on another machine approves it', async () => {
    const both = [await newLaptop(), await newLaptop()];
    await draft('brick', ...both);
    const [fresh] = await proposals(officer);
    expect(fresh).toMatchObject({ kind: 'order', awaitsCaller: true, proposedBy: 'Ifor Officer', site: null });
    expect(fresh?.quorums).toEqual([{ role: 'fleetOfficer', needed: 2, approvedBy: [] }]);
    if (fresh === undefined) throw new Error('no proposal');
    expect(must(await approveAs(fresh, officer)).orders).toEqual([]);
    expect(await proposals(officer)).toMatchObject([
      { awaitsCaller: false, quorums: [{ approvedBy: ['Ifor Officer'] }] },
    ]);
    const [waiting] = await proposals(otherOfficer);
    if (waiting === undefined) throw new Error('no proposal');
    expect(waiting).toMatchObject({ id: fresh.id, awaitsCaller: true });
    expect(waiting.task.credentials).toEqual([otherOfficer.authenticator.credential.id]);
    world.clock.offset = 12 * 60 * 60_000;
    expect(must(await approveAs(waiting, otherOfficer)).orders).toHaveLength(2);
    world.clock.offset = 0;
    expect(await proposals(otherOfficer)).toEqual([]);
  });

  test('above the hourly cap one laptop waits for two', async () => {
    for (let bricked = 0; bricked < 5; bricked += 1) await order('brick', await newLaptop());
    await draft('brick', await newLaptop());
    expect(await proposals(officer)).toMatchObject([{ quorums: [{ needed: 1 }] }]);
    const [fresh] = await proposals(officer);
    if (fresh === undefined) throw new Error('no proposal');
    must(await approveAs(fresh, officer));
    expect(await proposals(otherOfficer)).toMatchObject([{ quorums: [{ needed: 2, approvedBy: ['Ifor Officer'] }] }]);
  });

  test('is withdrawn by any officer, and approved no more', async () => {
    const task = await draft('brick', await newLaptop(), await newLaptop());
    must(await approve(task, officer));
    const input = { params: { id: task.id }, body: {} };
    const elsewhere = world.caller(fleet.people.trustee, 'trustee');
    expect(await world.ask('withdrawProposal', input, elsewhere)).toMatchObject({ refusal: { reason: 'not-found' } });
    must(await world.ask('withdrawProposal', input, world.caller(otherOfficer, 'fleetOfficer')));
    expect((await world.actions()).at(-1)).toBe('order.withdrawn');
    expect(await approve(task, otherOfficer)).toEqual({ ok: false, refusal: { reason: 'not-found' } });
  });

  test('goes on waiting when whoever approved it is an officer no longer', async () => {
    const task = await draft('brick', await newLaptop(), await newLaptop());
    const bytes = fromBase64url(task.statement) ?? new Uint8Array();
    const former = samplePerson('Former Officer').authenticator.approve(bytes, fleet.place);
    const approvals = JSON.stringify([former]);
    await world.database.db.updateTable('approval_tasks').set({ approvals }).where('id', '=', task.id).execute();
    expect(must(await approve(task, officer)).orders).toEqual([]);
    expect(must(await approve(task, otherOfficer)).orders).toHaveLength(2);
  });

  test('two approvals at once are two: the order is queued, once', async () => {
    const both = [await newLaptop(), await newLaptop()];
    const task = await draft('brick', ...both);
    const answers = await Promise.all([approve(task, officer), approve(task, otherOfficer)]);
    expect(answers.map((answer) => must(answer).orders.length).toSorted()).toEqual([0, 2]);
    expect(await Promise.all(both.map(shareOf))).toEqual([null, null]);
  });

  test('a copied passkey, whose counter goes back, is refused (S4)', async () => {
    const laptop = await newLaptop();
    const task = await draft('suspend', laptop);
    const bytes = fromBase64url(task.statement) ?? new Uint8Array();
    const stale = officer.authenticator.approve(bytes, fleet.place);
    must(await approve(await draft('suspend', await newLaptop()), officer));
    const input = { params: { id: task.id }, body: { approval: stale } };
    const answer = await world.ask('approveOrder', input, world.caller(officer, 'fleetOfficer'));
    expect(answer).toEqual({ ok: false, refusal: { reason: 'counter-went-back' } });
    expect(must(await approve(task, officer)).orders).toHaveLength(1);
  });
});

describe('S5 a laptop that was enrolled again', () => {
  /** The same machine with a new ticket: new keys, a new number. */
  async function enrolledAgain(): Promise<{ former: Laptop; now: Laptop; brick: ConsoleOrder }> {
    const former = await newLaptop();
    await former.connect();
    const brick = await order('brick', former);
    await reach(brick.id, 'executed');
    former.cut();
    const ticket = { name: former.identity.name, site: fleet.prison };
    const made = must(await world.ask('createTicket', { body: ticket }, world.caller(officer, 'fleetOfficer')));
    const now = await enrolLaptop(made.ticket);
    keep(now);
    await now.connect();
    return { former, now, brick };
  }

  test('is another laptop: an order for its former self is not drafted, not delivered to it, and not obeyed by it', async () => {
    const { former, now, brick } = await enrolledAgain();
    expect(now.id).not.toBe(former.id);
    expect(now.identity.name).toBe(former.identity.name);
    const caller = world.caller(officer, 'fleetOfficer');
    for (const kind of ['suspend', 'resume', 'brick'] as const) {
      const body = { order: kind, devices: [former.id], reason: 'Lost' };
      expect(await world.ask('draftOrder', { body }, caller)).toEqual({
        ok: false,
        refusal: { reason: 'wrong-state' },
      });
    }
    const approved = await approvedOf(brick.id);
    expect(await world.link.request(now.id, 'order.execute', { order: approved })).toEqual({
      ok: false,
      refusal: { reason: 'wrong-device' },
    });
    expect(now.receipts).toEqual([]);
    expect(await shareOf(now)).toHaveLength(32);
  });

  test('an order drafted for what it was is not queued once that has gone', async () => {
    const former = await newLaptop();
    await former.connect();
    const brick = await draft('brick', former);
    const suspend = await draft('suspend', former);
    const again = await draft('brick', former);
    const { orders } = must(await approve(brick, officer));
    expect(await approve(suspend, officer)).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    await reach(orders[0]?.id ?? '', 'executed');
    expect(await approve(again, officer)).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
  });

  test('cannot sign for its former self', async () => {
    const former = await newLaptop();
    const brick = await order('brick', former);
    const now = await newLaptop();
    const forged = await former.signReceipt(
      await approvedOf(brick.id),
      { result: 'executed' },
      now.identity.keys.signingKey,
    );
    const proof = former.beginErasure(forged).accepted();
    expect(await now.deliverErasure(proof)).toMatchObject({ value: { reason: 'bad-signature' } });
    expect((await shown(brick.id)).state).toBe('queued');
  });
});
