import type { VerifiedErasure } from '@sallyport/protocol';
import { noticeOf } from './kept-erasures.ts';
import type { KeptErasure } from './kept-erasures.ts';

/** What a verified proof adds to what is kept of the laptop. */
export type ErasureNews =
  /** Nothing: it, or more, is kept already. */
  | { news: 'none' }
  /** An erasure begins that control did not know. */
  | { news: 'begins' }
  /** The one that is kept has come further. */
  | { news: 'goes-on'; kept: KeptErasure }
  /** Another erasure than the one that was proved. `isNewer`: signed after it, so that the laptop lives on somewhere. */
  | { news: 'another'; isNewer: boolean };

/** What a proof says, with the order that caused it. */
export interface SaidErasure extends VerifiedErasure {
  /** The notice's exact bytes, base64url. */
  noticeBytes: string;
  order: { queuedAt: Date } | null;
}

/**
 * Judges a verified proof against what is kept. A laptop ends once: its first notice stands. It begins anew only as long as
 * it has proved nothing destroyed (it lost the notice and signed another), or by an order that was queued after the kept
 * notice (it came back from its erasure as a copy, and was bricked again).
 * SECURITY: a second end is no progress of the first; after the key was proved destroyed, it is the word of a copy (S33).
 */
export function judgeErasure(kept: KeptErasure | undefined, said: SaidErasure): ErasureNews {
  if (kept === undefined) return { news: 'begins' };
  if (kept.notice.notice === said.noticeBytes) {
    // SECURITY: reports only go up: an older one is no news, however late or often it comes (S33).
    return (said.report?.number ?? 0) > kept.report_number ? { news: 'goes-on', kept } : { news: 'none' };
  }
  const isNewer = said.notice.at > noticeOf(kept).at;
  if (kept.stage === 'accepted' && isNewer) return { news: 'begins' };
  if (said.order !== null && said.order.queuedAt > kept.noticed_at) return { news: 'begins' };
  return { news: 'another', isNewer };
}
