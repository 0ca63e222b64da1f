import { pairingCodeOf, toBase64url } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { debriefCode } from './debrief-code.ts';
import { ids, playedApi, refusing } from './testing.ts';

const nonce = Uint8Array.from({ length: 16 }, (_, index) => index);

describe('the code of a debrief (S39)', () => {
  test('is what the laptop derives from the same nonce', async () => {
    const { api, asked } = playedApi({ debriefCode: () => ({ nonce: toBase64url(nonce) }) });
    expect(await debriefCode(api, ids.appointment)).toEqual({ ok: true, value: await pairingCodeOf(nonce) });
    expect(asked).toEqual([{ name: 'debriefCode', input: { params: { id: ids.appointment }, body: {} } }]);
  });

  test('is none while the laptop asks for none', async () => {
    const { api } = playedApi({ debriefCode: () => refusing('wrong-state') });
    expect(await debriefCode(api, ids.appointment)).toEqual({ ok: false, trouble: { reason: 'wrong-state' } });
  });
});
