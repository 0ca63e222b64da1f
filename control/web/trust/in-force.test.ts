import type { ConsoleAnswer, ConsoleRoute, Manifest } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import type { Api } from '../ui/api.ts';
import { bytesOf, manifest, roster } from './testing.ts';
import { newestManifest, readSiteRoster } from './use-trust.ts';

type Page = ConsoleAnswer<'trustChain'>;

const approved = (version: number) => ({ statement: bytesOf({ ...manifest, version }), approvals: [] });

/** Control that answers with pages of the chain, one after the other. */
function apiThatAnswers(...pages: Page[]) {
  const asked: unknown[] = [];
  const call = async (_name: ConsoleRoute, input: unknown) => {
    asked.push(input);
    const page = pages.shift();
    return page === undefined ? { ok: false, trouble: { reason: 'unreachable' } } : { ok: true, value: page };
  };
  const api: Api = { call: call as Api['call'], unattended: (act) => act() };
  return { api, asked };
}

const versionOf = (answer: { ok: true; value: Manifest } | { ok: false; trouble: { reason: string } }) =>
  answer.ok ? answer.value.version : answer.trouble.reason;

describe('what is in force', () => {
  test('is the newest of the chain, read page by page from what is known', async () => {
    const { api, asked } = apiThatAnswers(
      { manifests: [approved(1), approved(2)], more: true },
      { manifests: [approved(3)], more: false },
    );
    expect(versionOf(await newestManifest(api, undefined))).toBe(3);
    expect(asked).toEqual([{ query: { after: 0 } }, { query: { after: 2 } }]);
  });

  test('stays what is known when there is nothing newer', async () => {
    const { api, asked } = apiThatAnswers({ manifests: [], more: false });
    expect(versionOf(await newestManifest(api, manifest))).toBe(3);
    expect(asked).toEqual([{ query: { after: 3 } }]);
  });

  test('S6 never goes back, and a chain that leads nowhere is not walked for ever', async () => {
    const back = apiThatAnswers({ manifests: [approved(2)], more: true });
    expect(versionOf(await newestManifest(back.api, manifest))).toBe('unreadable');
    expect(back.asked).toHaveLength(1);
    const empty = apiThatAnswers({ manifests: [], more: true });
    expect(versionOf(await newestManifest(empty.api, undefined))).toBe('unreadable');
    const noise = apiThatAnswers({ manifests: [{ statement: 'AAAA', approvals: [] }], more: false });
    expect(versionOf(await newestManifest(noise.api, undefined))).toBe('unreadable');
  });

  test('is asked for again when control could not be reached', async () => {
    expect(versionOf(await newestManifest(apiThatAnswers().api, undefined))).toBe('unreachable');
  });
});

describe('a site’s list of people', () => {
  const statement = bytesOf(roster);

  test('is the one in force, or the newest one when it has lapsed, or none', () => {
    expect(readSiteRoster({ roster: { statement, approvals: [] } })).toEqual({ roster, isLapsed: false });
    expect(readSiteRoster({ roster: null, lapsed: statement })).toEqual({ roster, isLapsed: true });
    expect(readSiteRoster({ roster: null })).toEqual({ roster: undefined, isLapsed: false });
  });

  test('is not taken for none when it cannot be read', () => {
    expect(readSiteRoster({ roster: { statement: 'AAAA', approvals: [] } })).toBeUndefined();
    expect(readSiteRoster({ roster: null, lapsed: bytesOf(manifest) })).toBeUndefined();
  });
});
