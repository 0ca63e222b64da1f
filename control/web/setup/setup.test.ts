import { describe, expect, test } from 'vitest';
import { takeToken } from './token.ts';

const token = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO_-';

function take(hash: string) {
  const replaced: unknown[] = [];
  const history = {
    replaceState: (_: unknown, __: string, address?: string | URL | null) => void replaced.push(address),
  };
  return { token: takeToken({ hash, pathname: '/setup/' }, history), replaced };
}

describe('S19 the founding token', () => {
  test('is taken from the fragment, which leaves the address bar', () => {
    expect(take(`#${token}`)).toEqual({ token, replaced: ['/setup/'] });
  });

  test('is none when the fragment is anything else, and that leaves too', () => {
    expect(take('#short')).toEqual({ token: undefined, replaced: ['/setup/'] });
    expect(take('')).toEqual({ token: undefined, replaced: [] });
  });
});
