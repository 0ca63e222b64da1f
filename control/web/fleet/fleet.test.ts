import type { AuditEntry, ConsoleOrder } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { translator } from '../ui/messages/catalogue.ts';
import { merged, wordsForAction, wordsForDetail } from './audit-pages.ts';
import { checkOrder, possibleOrders } from './order-draft.ts';
import { orderSteps, proofOf } from './order-progress.ts';
import { checkTicket, ticketFileName } from './ticket-draft.ts';

const id = '7f0c1f5e-9a8e-4c53-8d52-0b8c7d2e6a11';
const device = { id, name: 'HB-07' };
const at = Date.UTC(2026, 0, 5, 12);

describe('an order', () => {
  test('needs a kind, a reason and the laptop’s name (S7)', () => {
    const checked = checkOrder({ order: '', reason: ' ', name: 'HB-08' }, device);
    expect(checked.ok ? [] : checked.errors.map(({ field }) => field)).toEqual([
      'order-kind',
      'order-reason',
      'order-name',
    ]);
  });

  test('names one laptop', () => {
    expect(checkOrder({ order: 'brick', reason: ' Left on a train ', name: ' hb-07' }, device)).toEqual({
      ok: true,
      value: { order: 'brick', devices: [id], reason: 'Left on a train' },
    });
    expect(checkOrder({ order: 'brick', reason: 'x'.repeat(201), name: 'HB-07' }, device).ok).toBe(false);
  });

  test('is only offered where it makes sense', () => {
    expect(possibleOrders({ state: 'open', shareDestroyedAt: null })).toEqual(['suspend', 'brick']);
    expect(possibleOrders({ state: 'suspended', shareDestroyedAt: null })).toEqual(['resume', 'brick']);
    expect(possibleOrders({ state: 'inert', shareDestroyedAt: at })).toEqual([]);
    expect(possibleOrders({ state: 'wiping', shareDestroyedAt: null })).toEqual([]);
  });
});

describe('the progress of an order', () => {
  const order = { state: 'delivered', queuedAt: at, deliveredAt: at + 5, receivedAt: null, receipt: null } as const;
  const receiptThat = (result: 'executed' | 'refused'): ConsoleOrder['receipt'] => ({
    contents: {
      ...{ sallyport: 1, type: 'receipt', device: id, statement: 'A'.repeat(43), order: 'brick', sequence: 1 },
      outcome: result === 'executed' ? { result } : { result, reason: 'replayed' },
      at: at + 9,
    },
    signed: { receipt: 'AA', signature: 'AA' },
  });

  test('reaches its end only by the laptop’s signed word', () => {
    const claimed = orderSteps({ ...order, state: 'executed', receivedAt: at + 9 });
    expect(claimed.at(-1)).toEqual({ name: 'executed', at: null, current: true });
    const proven = orderSteps({ ...order, state: 'executed', receipt: receiptThat('executed') });
    expect(proven.map(({ name, at: when }) => [name, when])).toEqual([
      ['queued', at],
      ['delivered', at + 5],
      ['executed', at + 9],
    ]);
  });

  test('says refused for what was refused, and what that proves', () => {
    const steps = orderSteps({ ...order, state: 'refused', receipt: receiptThat('refused') });
    expect(steps.map(({ name }) => name)).toEqual(['queued', 'delivered', 'refused']);
    expect(proofOf('brick', 'refused')).toBe('receipt.refused');
    expect(proofOf('brick', 'executed')).toBe('receipt.brick');
  });
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
    expect(wordsForDetail({ ...entry(1).detail, signedAt: at }, 'en')).toBe(
      'reason: lost, devices: 1, more: –, signedAt: 5 Jan 2026, 12:00:00',
    );
  });
});
