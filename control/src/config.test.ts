import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { forgetShareKeys } from './config-environment.ts';
import { ConfigurationError, createConfiguration, loadConfiguration } from './config.ts';

const tls = { certificate: 'certificate.pem', key: 'key.pem' };

describe('the configuration', () => {
  test('is complete with nothing given, and stays on this machine', () => {
    const configuration = createConfiguration({});
    expect(configuration).toMatchObject({
      rpId: 'localhost',
      console: { host: 'localhost', origin: 'http://localhost:8443' },
      approver: { origin: 'http://localhost:8444', serve: true },
      link: { address: '127.0.0.1:8445' },
      enrolment: { address: '127.0.0.1:8446' },
      media: { announced: '127.0.0.1', port: 8447 },
      sessions: { idleMinutes: 15, absoluteHours: 12 },
      alarms: { answerMinutes: 5, contactHours: 24, erasureMinutes: 30 },
    });
    expect(path.isAbsolute(configuration.dataDirectory)).toBe(true);
  });

  test('describes a whole site', () => {
    const input = {
      rpId: 'sallyport.example',
      console: { host: '0.0.0.0', port: 443, origin: 'https://control.sallyport.example', tls },
      approver: { host: '0.0.0.0', port: 444, origin: 'https://approve.sallyport.example', tls },
      link: { host: '::', port: 7443, address: 'control.sallyport.example:7443' },
      media: { host: '0.0.0.0', announced: '192.0.2.7', port: 9000 },
    };
    expect(createConfiguration(input)).toMatchObject({ link: { address: 'control.sallyport.example:7443' } });
  });

  test.each([
    ['plain http for other machines', { console: { host: '0.0.0.0' } }, 'without console.tls'],
    ['an http origin of another name', { rpId: 'a.example', console: { origin: 'http://a.example' } }, 'https://'],
    ['an https origin without certificate', { console: { origin: 'https://localhost:8443' } }, 'needs console.tls'],
    ['an origin outside rpId', { rpId: 'a.example', console: { tls, origin: 'https://b.example' } }, 'not within rpId'],
    ['a look-alike of rpId', { rpId: 'a.example', console: { tls, origin: 'https://xa.example' } }, 'not within rpId'],
    ['one origin for console and approver', { approver: { origin: 'http://localhost:8443' } }, 'origin of their own'],
    ['media on a wildcard', { media: { host: '0.0.0.0' } }, 'media.announced'],
    ['an unknown member', { colour: 'blue' }, 'colour'],
    ['a console that waits for hours (S28)', { sessions: { idleMinutes: 240 } }, 'idleMinutes'],
    ['a session of more than half a day (S28)', { sessions: { absoluteHours: 13 } }, 'absoluteHours'],
    ['a path in an origin', { console: { origin: 'http://localhost:8443/x' } }, 'origin'],
  ])('refuses %s in words (S24)', (_what, input, words) => {
    expect(() => createConfiguration(input)).toThrow(ConfigurationError);
    expect(() => createConfiguration(input)).toThrow(words);
  });

  test('takes a file, and the environment over it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sallyport-'));
    const file = path.join(folder, 'control.json');
    await writeFile(file, JSON.stringify({ logLevel: 'warn', console: { port: 9000 }, dataDirectory: folder }));
    const environment = { SALLYPORT_CONFIG: file, SALLYPORT_CONSOLE_PORT: '9100', DATABASE_URL: 'postgres://db/x' };
    expect(await loadConfiguration(environment)).toMatchObject({
      logLevel: 'warn',
      dataDirectory: folder,
      databaseUrl: 'postgres://db/x',
      console: { port: 9100, origin: 'http://localhost:9100' },
    });
    await rm(folder, { recursive: true });
  });

  test('keeps the key of the server shares in a file of its own, or takes it from the environment alone (S35)', async () => {
    const { dataDirectory, shares } = createConfiguration({});
    expect(shares).toEqual({
      keys: { from: 'file', path: path.join(dataDirectory, 'share-keys.json') },
      rotateAfterMinutes: 5,
    });
    const file = { SALLYPORT_SHARES_KEY_FILE: '/keys/shares.json', SALLYPORT_SHARES_ROTATE_AFTER_MINUTES: '0' };
    expect((await loadConfiguration(file)).shares).toEqual({
      keys: { from: 'file', path: '/keys/shares.json' },
      rotateAfterMinutes: 0,
    });
    const [current, old] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
    const given = { SALLYPORT_SHARE_KEY: `${current}\n`, SALLYPORT_SHARE_KEYS_OLD: `${old},${old}` };
    const { keys } = (await loadConfiguration(given)).shares;
    expect(keys).toEqual({ from: 'environment', current, old: [old, old] });
    expect(() => createConfiguration({ shares: { key: current } })).toThrow(ConfigurationError);
    const environment = { ...given, PATH: '/bin' };
    forgetShareKeys(environment);
    expect(environment).toEqual({ PATH: '/bin' });
  });

  test.each([
    ['too short', { SALLYPORT_SHARE_KEY: Buffer.alloc(31, 7).toString('base64') }, 'SALLYPORT_SHARE_KEY'],
    ['no base64', { SALLYPORT_SHARE_KEY: 'correct horse battery staple' }, 'SALLYPORT_SHARE_KEY'],
    ['only old', { SALLYPORT_SHARE_KEYS_OLD: Buffer.alloc(32, 7).toString('base64') }, 'SALLYPORT_SHARE_KEY'],
    [
      'old and wrong',
      { SALLYPORT_SHARE_KEY: Buffer.alloc(32, 7).toString('base64'), SALLYPORT_SHARE_KEYS_OLD: 'hunter2' },
      'SALLYPORT_SHARE_KEYS_OLD',
    ],
  ])('refuses a share key that is %s, without saying it (S35)', async (_what, environment, name) => {
    const refused: unknown = await loadConfiguration(environment).catch((error: unknown) => error);
    if (!(refused instanceof ConfigurationError)) throw new Error('it was taken');
    expect(refused.message).toContain(`${name} must be 32 random bytes`);
    for (const secret of Object.values(environment)) expect(refused.message).not.toContain(secret);
  });

  test('says which file cannot be read, and which is not JSON', async () => {
    await expect(loadConfiguration({}, '/nowhere/control.json')).rejects.toThrow(
      '/nowhere/control.json cannot be read',
    );
    await expect(loadConfiguration({}, import.meta.filename)).rejects.toThrow('is not JSON');
  });

  test('a number that is none is refused', async () => {
    await expect(loadConfiguration({ SALLYPORT_LINK_PORT: 'http' })).rejects.toThrow('link.port');
  });
});
