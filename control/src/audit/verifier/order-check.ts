import { decodeReceipt, decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { AuditEntry, Receipt } from '@sallyport/protocol';
import { verifyStatement } from '@sallyport/protocol/verify';
import type { Approver } from '@sallyport/protocol/verify';
import type { DeviceCheck } from './device-check.ts';
import { differenceFrom, isByOneOf, judgedAt, textOf } from './entry-facts.ts';
import type { LineOf } from './export-lines.ts';
import { altered, forged, removed, type Findings, type Problem } from './findings.ts';
import { KeptStatements, Sequences, type KeptStatement } from './kept-statements.ts';
import type { TrustCheck } from './trust-check.ts';

type KeptOrder = KeptStatement<LineOf<'order'>>;

/** Orders: each needs the approval of as many officers as it must have, and each answer a receipt the laptop signed. */
export class OrderCheck {
  readonly #findings: Findings;
  readonly #trust: TrustCheck;
  readonly #devices: DeviceCheck;
  readonly #orders: KeptStatements<LineOf<'order'>>;
  readonly #sequences = new Sequences();

  constructor(findings: Findings, trust: TrustCheck, devices: DeviceCheck) {
    this.#findings = findings;
    this.#trust = trust;
    this.#devices = devices;
    this.#orders = new KeptStatements(findings);
  }

  add(line: LineOf<'order'>, number: number): Promise<void> {
    return this.#orders.add(line, number);
  }

  /** Follows what entries say of orders and answers. */
  async follow(entry: AuditEntry): Promise<void> {
    if (entry.action === 'order.queued') this.#findings.addOf(entry, await this.#queued(entry));
    if (entry.action === 'order.executed' || entry.action === 'order.refused') {
      this.#findings.addOf(entry, await this.#answered(entry));
    }
  }

  /** Names orders and receipts whose entries are not there. */
  finish(): void {
    for (const { line, isUsed, isAnswered } of this.#orders.all()) {
      const about = `order ${line.id} for laptop ${this.#devices.nameOf(line.device)}`;
      if (!isUsed) this.#findings.add(removed(`No entry says that ${about} was queued: the entry was removed`));
      else if (line.receipt !== null && !isAnswered) {
        this.#findings.add(removed(`No entry says that ${about} was answered: the entry was removed`));
      }
    }
  }

  async #queued(entry: AuditEntry): Promise<Problem | undefined> {
    const kept = this.#orders.use(entry, textOf(entry, 'order'));
    if ('code' in kept) return kept;
    const { device } = kept.line;
    const order = decodeStatement(kept.bytes);
    const named = order?.type === 'order' ? order.devices.find(({ id }) => id === device) : undefined;
    if (order?.type !== 'order' || named === undefined) {
      return forged('rests on an order for another laptop, or on none');
    }
    const verified = await this.#verify(entry, kept, named.sequence);
    if (typeof verified === 'string') return forged(`queues an order that was not good at its time: ${verified}`);
    const detail = { sequence: named.sequence, kind: order.order, reason: order.reason };
    const difference = differenceFrom(entry, { subject: device, detail });
    if (difference !== undefined) return altered(`says otherwise than the approved order: ${difference}`);
    return isByOneOf(entry, verified) ? undefined : altered('names another person than those who approved the order');
  }

  async #verify(entry: AuditEntry, { bytes, line }: KeptOrder, sequence: number): Promise<Approver[] | string> {
    const afterSequence = this.#sequences.next(line.device, sequence);
    const { manifest } = this.#trust;
    if (manifest === undefined) return 'no manifest was in force';
    const policy = { type: 'order', now: judgedAt(entry), device: line.device, afterSequence } as const;
    const verified = await verifyStatement(bytes, line.approvals, manifest, policy);
    return verified.accepted ? verified.approvers : verified.reason;
  }

  async #answered(entry: AuditEntry): Promise<Problem | undefined> {
    const kept = this.#orders.find(textOf(entry, 'order'));
    if (kept?.isUsed !== true || kept.isAnswered) {
      return forged('answers an order that was not queued before, or that was answered before');
    }
    kept.isAnswered = true;
    const receipt = await this.#receiptOf(kept);
    if (receipt === undefined) {
      return forged(`has no receipt that laptop ${this.#devices.nameOf(kept.line.device)} signed for this order`);
    }
    if (entry.action !== `order.${receipt.outcome.result}`) {
      return altered('says otherwise than the receipt: the outcome');
    }
    const signature = kept.line.receipt?.signature ?? '';
    const detail = { kind: receipt.order, sequence: receipt.sequence, signedAt: receipt.at, signature };
    const difference = differenceFrom(entry, { subject: receipt.device, detail });
    return difference === undefined ? undefined : altered(`says otherwise than the receipt: ${difference}`);
  }

  /** The receipt of an order, if the laptop signed it for this very order. */
  async #receiptOf({ line, digest }: KeptOrder): Promise<Receipt | undefined> {
    if (line.receipt === null) return undefined;
    const bytes = fromBase64url(line.receipt.receipt);
    const receipt = bytes && decodeReceipt(bytes);
    if (bytes === undefined || receipt === undefined) return undefined;
    if (receipt.device !== line.device || receipt.statement !== digest) return undefined;
    return (await this.#devices.isSigned(line.device, bytes, line.receipt.signature)) ? receipt : undefined;
  }
}
