import { fromBase64url, pairingCodeOf } from '@sallyport/protocol';
import type { Api, Result } from '../ui/api.ts';

/**
 * The code that the laptop of a debrief asks for now: derived here from its nonce, as the laptop derives it.
 * @param appointment its id
 * @returns six symbols; `wrong-state` while the laptop asks for none
 */
export async function debriefCode(api: Api, appointment: string): Promise<Result<string>> {
  const answer = await api.call('debriefCode', { params: { id: appointment }, body: {} });
  if (!answer.ok) return answer;
  const nonce = fromBase64url(answer.value.nonce);
  if (nonce === undefined) return { ok: false, trouble: { reason: 'unreadable' } };
  return { ok: true, value: await pairingCodeOf(nonce) };
}
