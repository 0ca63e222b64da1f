import { linkState } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { networkVerdict } from './network-check.ts';

describe('the verdict on the network', () => {
  test('is good only when control is reached and video calls work', () => {
    const good = linkState.options.filter(
      (link) => networkVerdict(link, { online: true, videoCalls: true }) === 'ready',
    );
    expect(good).toEqual(['connected']);
    expect(networkVerdict('connected', { online: true, videoCalls: false })).toBe('no-video-calls');
    expect(networkVerdict('connected', { online: true, videoCalls: undefined })).toBe('connecting');
  });

  test('says when there is no cable or Wi-Fi', () => {
    expect(networkVerdict('unreachable', { online: false, videoCalls: true })).toBe('no-network');
    expect(networkVerdict('connecting', { online: false, videoCalls: true })).toBe('no-network');
    expect(networkVerdict('unreachable', { online: true, videoCalls: true })).toBe('service-unreachable');
  });

  test('says when control turns the laptop away', () => {
    expect(networkVerdict('refused', { online: true, videoCalls: true })).toBe('service-refuses');
  });
});
