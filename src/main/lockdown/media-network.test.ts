import { expect, test } from 'vitest';
import { MediaNetwork } from './media-network.ts';

function setUp() {
  const done: unknown[] = [];
  const network = new MediaNetwork({
    session: { setProxy: async (config) => void done.push(config.mode) },
    contents: { setWebRTCIPHandlingPolicy: (policy) => void done.push(policy), isDestroyed: () => false },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  return { network, done };
}

test('S2 outside a room WebRTC has no way to the network, in a room it has', () => {
  const { network, done } = setUp();
  network.follow(false);
  network.follow(true);
  network.follow(false);
  const shut = ['disable_non_proxied_udp', 'fixed_servers'];
  expect(done).toEqual([...shut, 'default', 'direct', ...shut]);
});

test('S2 what has not changed is left alone', () => {
  const { network, done } = setUp();
  network.follow(true);
  network.follow(true);
  expect(done).toEqual(['default', 'direct']);
});
