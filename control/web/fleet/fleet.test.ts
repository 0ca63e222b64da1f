import { fixedErasureSteps, orderAlarm, orderKind, statementRefusal } from '@sallyport/protocol';
import type { AuditEntry, ConsoleDevice, ConsoleErasure, ConsoleOrder, ErasureStage } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { catalogues, translator } from '../ui/messages/catalogue.ts';
import { merged, wordsForAction, wordsForDetail } from './audit-pages.ts';
import { checkChoice } from './order-choice.ts';
import { checkOrder, ordersForAll, possibleOrders } from './order-draft.ts';
import { orderSteps, proofOf, sorted } from './order-progress.ts';
import { checkTicket, ticketFileName } from './ticket-draft.ts';

const id = '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11';
const device = { id, name: 'HB-07' };
const at = Date.UTC(2026, 0, 5, 12);

describe('an order', () => {
  const other = { id: id.replace('11', '12'), name: 'HB-08' };
  const fields = (checked: ReturnType<typeof checkOrder>) =>
    checked.ok ? [] : checked.errors.map(({ field }) => field);

  test('needs a kind, a reason and the laptop’s name (S7)', () => {
    expect(fields(checkOrder({ order: '', reason: ' ', confirmation: 'HB-08' }, [device]))).toEqual([
      'order-kind',
      'order-reason',
      'order-name',
    ]);
  });

  test('names one laptop', () => {
    expect(checkOrder({ order: 'brick', reason: ' Left on a train ', confirmation: ' hb-07' }, [device])).toEqual({
      ok: true,
      value: { order: 'brick', devices: [id], reason: 'Left on a train' },
    });
    expect(checkOrder({ order: 'brick', reason: 'x'.repeat(201), confirmation: 'HB-07' }, [device]).ok).toBe(false);
  });

  test('for several laptops is confirmed by how many there are (S7)', () => {
    const draft = { order: 'brick', reason: 'Stolen van' } as const;
    expect(checkOrder({ ...draft, confirmation: ' 2 ' }, [device, other])).toEqual({
      ok: true,
      value: { order: 'brick', devices: [id, other.id], reason: 'Stolen van' },
    });
    expect(
      ['HB-07', '1', ''].map((confirmation) => fields(checkOrder({ ...draft, confirmation }, [device, other]))),
    ).toEqual(Array.from({ length: 3 }, () => ['order-count']));
    expect(checkOrder({ ...draft, confirmation: '0' }, []).ok).toBe(false);
  });

  const standing = (name: 'held' | 'suspend' | 'erase') => ({ standing: name, suspendsAt: at, erasesAt: at });
  const known: Parameters<typeof possibleOrders>[0] = {
    ...{ state: 'inert', shareDestroyedAt: null, lease: standing('held') },
    ...{ damagedAt: null, erasure: null },
  };

  test('is only offered where it makes sense', () => {
    expect(possibleOrders({ ...known, state: 'open' })).toEqual(['suspend', 'brick']);
    expect(possibleOrders({ ...known, state: 'suspended' })).toEqual(['resume', 'brick']);
    expect(possibleOrders({ ...known, shareDestroyedAt: at })).toEqual([]);
    expect(possibleOrders({ ...known, state: 'wiping', lease: null })).toEqual([]);
  });

  test('is only a brick for a laptop that is damaged, or came back from its own erasure', () => {
    expect(possibleOrders({ ...known, damagedAt: at, state: 'suspended' })).toEqual(['brick']);
    const erasure: ConsoleErasure = {
      ...{ cause: 'order', stage: 'attested', software: null, reportedAt: at },
      steps: [],
    };
    expect(possibleOrders({ ...known, shareDestroyedAt: at, erasure })).toEqual(['brick']);
    expect(possibleOrders({ ...known, shareDestroyedAt: at, erasure, state: 'dead' })).toEqual([]);
  });

  test('resumes a laptop that has suspended itself out of contact', () => {
    expect(possibleOrders({ ...known, lease: standing('suspend') })).toEqual(['resume', 'brick']);
    expect(possibleOrders({ ...known, lease: standing('erase') })).toEqual(['brick']);
  });

  test('for several laptops is one that suits each of them', () => {
    expect(ordersForAll([known, { ...known, state: 'open' }])).toEqual(['suspend', 'brick']);
    expect(ordersForAll([known, { ...known, state: 'suspended' }])).toEqual(['brick']);
    expect(ordersForAll([known, { ...known, state: 'dead' }])).toEqual([]);
  });

  test('for several laptops names two to fifty of them', () => {
    const laptop: ConsoleDevice = {
      ...{ ...known, ...device, site: { id, name: 'HMP Exemplar' }, connected: true, lastSeenAt: at, room: null },
      rolledBackAt: null,
      custody: null,
      check: null,
    };
    const choice = (count: number, change: Partial<ConsoleDevice> = {}) => {
      const checked = checkChoice(Array.from({ length: count }, () => ({ ...laptop, ...change })));
      return checked.ok ? checked.value.length : checked.words;
    };
    expect([choice(1), choice(2), choice(50), choice(51), choice(2, { state: 'dead' })]).toEqual([
      'several.needTwo',
      2,
      50,
      'several.tooMany',
      'several.noCommonOrder',
    ]);
  });
});

describe('the progress of an order', () => {
  const order: Parameters<typeof orderSteps>[0] = {
    ...{ order: 'suspend', state: 'delivered', queuedAt: at, deliveredAt: at + 5, receivedAt: null },
    ...{ receipt: null, erasure: null },
  };
  const receiptThat = (result: 'executed' | 'refused'): ConsoleOrder['receipt'] => ({
    contents: {
      ...{ sallyport: 1, type: 'receipt', device: id, statement: 'A'.repeat(43), order: 'brick', sequence: 1 },
      outcome: result === 'executed' ? { result } : { result, reason: 'replayed' },
      at: at + 9,
    },
    signed: { receipt: 'AA', signature: 'AA' },
  });
  const said = (steps: ReturnType<typeof orderSteps>) =>
    steps.map(
      ({ name, done, at: when, current }) => `${current ? '→ ' : ''}${name} ${done ? (when ?? 'done') : 'not yet'}`,
    );

  test('reaches its end only by the laptop’s signed word', () => {
    const claimed = orderSteps({ ...order, state: 'executed', receivedAt: at + 9 });
    expect(said(claimed)).toEqual([`queued ${at}`, `→ delivered ${at + 5}`, 'executed not yet']);
    const proven = orderSteps({ ...order, state: 'executed', receipt: receiptThat('executed') });
    expect(said(proven)).toEqual([`queued ${at}`, `delivered ${at + 5}`, `→ executed ${at + 9}`]);
  });

  test('says refused for what was refused, and what that proves', () => {
    const steps = orderSteps({ ...order, order: 'brick', state: 'refused', receipt: receiptThat('refused') });
    expect(steps.map(({ name }) => name)).toEqual(['queued', 'delivered', 'refused']);
    expect(proofOf('brick', 'refused')).toBe('receipt.refused');
    expect(proofOf('brick', 'executed')).toBe('receipt.brick');
  });

  const brick = { ...order, order: 'brick', state: 'executed', receipt: receiptThat('executed') } as const;
  const erasureOf = (stage: ErasureStage, cause: 'order' | 'lease' = 'order'): ConsoleErasure => ({
    ...{ cause, stage, software: null, reportedAt: at + 99 },
    steps: [
      ...fixedErasureSteps.map((step, index) => ({ step, outcome: 'verified' as const, at: at + 20 + index })),
      { step: 'luks2', outcome: 'verified', at: at + 40 },
    ],
  });

  test('S33 of a brick goes on to the end that the laptop proves', () => {
    expect(said(orderSteps(brick)).slice(2)).toEqual([
      ...[`→ accepted ${at + 9}`, 'keys-destroyed not yet', 'erased not yet', 'attested not yet'],
    ]);
    expect(said(orderSteps({ ...brick, erasure: erasureOf('keys-destroyed') })).slice(2)).toEqual([
      ...[`accepted ${at + 9}`, `→ keys-destroyed ${at + 20}`, 'erased not yet', 'attested not yet'],
    ]);
    expect(said(orderSteps({ ...brick, erasure: erasureOf('attested') })).slice(2)).toEqual([
      ...[`accepted ${at + 9}`, `keys-destroyed ${at + 20}`, `erased ${at + 26}`, `→ attested ${at + 40}`],
    ]);
  });

  test('S33 of a brick that a laptop’s own erasure answered shows that', () => {
    const waiting = { ...order, order: 'brick', state: 'queued', deliveredAt: null } as const;
    expect(said(orderSteps({ ...waiting, erasure: erasureOf('erased', 'lease') }))).toEqual([
      ...[`queued ${at}`, 'delivered not yet', 'accepted done', `keys-destroyed ${at + 20}`, `→ erased ${at + 26}`],
      'attested not yet',
    ]);
  });

  test('S33 is listed with what somebody must look after first', () => {
    const listed = (name: string, queuedAt: number, alarm: ConsoleOrder['alarm']): ConsoleOrder => ({
      ...{ ...order, id: name, device, reason: 'Lost', approvedBy: [], queuedAt, alarm },
    });
    const orders = [listed('a', 1, 'silent'), listed('b', 2, null), listed('c', 3, 'refused'), listed('d', 4, null)];
    const { alarmed, others } = sorted(orders);
    expect([alarmed, others].map((part) => part.map(({ id: name }) => name))).toEqual([
      ['c', 'a'],
      ['d', 'b'],
    ]);
  });
});

test('S33 every alarm has words for what is wrong, and for what to do about each order', () => {
  const alarms = orderAlarm.options.flatMap((alarm) =>
    alarm === 'silent' || alarm === 'refused'
      ? orderKind.options.map((kind) => `alarm.advice.${alarm}.${kind}`)
      : [`alarm.advice.${alarm}`],
  );
  for (const key of alarms) expect(catalogues.en).toHaveProperty([key]);
});

test('a laptop’s refusal has words of its own for every reason', () => {
  for (const reason of statementRefusal.options) expect(catalogues.en).toHaveProperty([`receipt.reason.${reason}`]);
});

describe('a ticket', () => {
  test('needs a name and a site', () => {
    expect(checkTicket({ name: ' HB-07 ', site: id })).toEqual({ ok: true, value: { name: 'HB-07', site: id } });
    const checked = checkTicket({ name: 'x'.repeat(41), site: '' });
    expect(checked.ok ? [] : checked.errors.map(({ words }) => words)).toEqual(['ticket.badName', 'ticket.needSite']);
  });

  test('is saved under a name that every file system takes', () => {
    expect(ticketFileName('HB 07/../x')).toBe('sallyport-ticket-HB-07-x.txt');
    expect(ticketFileName('…')).toBe('sallyport-ticket-laptop.txt');
  });
});

describe('the record', () => {
  const entry = (number: number): AuditEntry => ({
    ...{ number, at, action: 'order.queued', subject: null, detail: { reason: 'lost', devices: 1, more: null } },
    actor: { kind: 'person', id, name: 'Ifor Officer' },
    ...{ previous: 'A'.repeat(43), hash: 'B'.repeat(43) },
  });

  test('is joined page by page, each entry once, newest first', () => {
    const pages = merged(merged([], [entry(5), entry(4)]), [entry(4), entry(3), entry(6)]);
    expect(pages.map(({ number }) => number)).toEqual([6, 5, 4, 3]);
  });

  test('says what happened in words, and names what it has no words for', () => {
    expect(wordsForAction('order.executed', translator('en'))).toBe('Order executed');
    expect(wordsForAction('toString', translator('cy'))).toBe('toString');
  });

  test('shows its details in a line', () => {
    expect(wordsForDetail({ ...entry(1).detail, signedAt: at, notAfter: at }, 'en')).toBe(
      'reason: lost, devices: 1, more: –, signedAt: 5 Jan 2026, 12:00:00, notAfter: 5 Jan 2026, 12:00:00',
    );
  });
});
