import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemFiles } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { temporaryDirectory } from '../platform/testing/temporary-directory.ts';
import { confirmDeviceShare, deviceShareEraser, obtainDeviceShare } from './device-share.ts';
import type { KeyStore, KeyStoreFaultReason } from './key-store.ts';
import { SoftwareTpm } from './testing/software-tpm.ts';
import type { TpmChipParts } from './tpm-chip.ts';
import { TPM_PLACES, TpmKeyStore } from './tpm-key-store.ts';
import type { RunTpmProgram, TpmProgram } from './tpm-programs.ts';
import { tpmPrograms } from './tpm-programs.ts';

/** Every step is a program of its own, which takes its time on a busy machine. */
const patient = { timeout: 60_000 };

const share = 'device-share';
const place = `0x${(TPM_PLACES.get(share) ?? 0).toString(16)}`;
const probePlace = '0x185a112';

const fault = (reason: KeyStoreFaultReason): unknown => expect.objectContaining({ name: 'KeyStoreFault', reason });

const chip = { current: new SoftwareTpm() };
beforeEach(async () => {
  chip.current = new SoftwareTpm();
  await chip.current.start();
});
afterEach(() => chip.current.close());

const storeOn = (changes: Partial<TpmChipParts> = {}): KeyStore =>
  new TpmKeyStore({ ...chip.current.parts(), ...changes });

function kept(store: KeyStore, name = share): Buffer | undefined {
  const secret = store.read(name);
  return secret === undefined ? undefined : Buffer.from(secret);
}

/** The power fails when the program is about to be run for the nth time. */
function cutOffAt(program: TpmProgram, time = 1): RunTpmProgram {
  const run = chip.current.parts().run;
  let left = time;
  return (name, args, input) => {
    if (name === program) left -= 1;
    return left <= 0 ? { outcome: 'refused', code: undefined } : run(name, args, input);
  };
}

describe('a security chip as the key store', patient, () => {
  test('S32 keeps a secret in the chip, across a power cut, and nowhere else', async () => {
    const secret = randomBytes(32);
    expect(storeOn().probe()).toBe('usable');
    expect(kept(storeOn())).toBeUndefined();
    storeOn().write(share, secret);
    expect(kept(storeOn())).toEqual(secret);
    await chip.current.start();
    expect(storeOn().probe()).toBe('usable');
    expect(kept(storeOn())).toEqual(secret);
    expect(kept(storeOn(), 'device-share-pending')).toBeUndefined();
    expect(readdirSync(chip.current.memory)).toEqual([]);
  });

  test('S32 a machine that was started otherwise gets nothing, and cannot put another secret there', async () => {
    const secret = randomBytes(32);
    storeOn().write(share, secret);
    await chip.current.start('otherwise');
    expect(storeOn().probe()).toEqual({ refusal: 'changed' });
    expect(() => storeOn().read(share)).toThrow(fault('changed'));
    expect(() => storeOn().write(share, randomBytes(32))).toThrow(fault('changed'));
    expect(() => chip.current.tool('nvread', place, `--hierarchy=${place}`, '--auth=pcr:sha256:7')).toThrow('policy');
    expect(() => chip.current.tool('nvread', place, '--hierarchy=o')).toThrow('authorization');
    await chip.current.start();
    expect(kept(storeOn())).toEqual(secret);
  });

  test('S32 a start that changes while the laptop runs is noticed as well', () => {
    storeOn().write(share, randomBytes(32));
    chip.current.tool('pcrextend', `7:sha256=${'c'.repeat(64)}`);
    expect(() => storeOn().read(share)).toThrow(fault('changed'));
  });

  test('S32 the chip itself refuses a session of another start, whatever its list of indices says', async () => {
    storeOn().write(share, randomBytes(32));
    const before = chip.current.tool('nvreadpublic');
    await chip.current.start('otherwise');
    const digest = /policy: ([0-9A-F]+)/.exec(before)?.[1] ?? '';
    const run: RunTpmProgram = (program, args, input) => {
      const answer = chip.current.parts().run(program, args, input);
      return program === 'policypcr' ? { outcome: 'done', output: Buffer.from(digest.toLowerCase()) } : answer;
    };
    expect(() => storeOn({ run }).read(share)).toThrow(fault('changed'));
  });

  test.each([
    ['nothing was measured', [7], 'nothing'],
    ['one register holds nothing', [4, 7], 'as always'],
  ] as const)('S32 is refused when %s: that binds to nothing', async (_, registers, measured) => {
    await chip.current.start(measured);
    expect(storeOn({ registers }).probe()).toEqual({ refusal: 'changed' });
  });

  test('S32 is refused when the chip keeps no SHA-256 registers', async () => {
    chip.current.tool('pcrallocate', 'sha1:all+sha256:none');
    await chip.current.start('nothing');
    expect(storeOn().probe()).toEqual({ refusal: 'changed' });
  });

  test('S32 what is destroyed is gone from the chip’s list and from its memory', () => {
    const secret = randomBytes(32);
    storeOn().write(share, secret);
    expect(chip.current.keeps(secret)).toBe(true);
    storeOn().destroy(share);
    expect(chip.current.tool('nvreadpublic')).not.toContain(place);
    expect(chip.current.keeps(secret)).toBe(false);
    expect(kept(storeOn())).toBeUndefined();
    storeOn().destroy(share);
  });

  test('S32 destroying needs no healthy start: a laptop started otherwise is wiped as well', async () => {
    const obtained = obtainDeviceShare(storeOn(), systemRandom);
    confirmDeviceShare(storeOn(), obtained);
    await chip.current.start('otherwise');
    const eraser = deviceShareEraser(storeOn());
    expect(() => eraser.isErased()).toThrow(fault('changed'));
    eraser.erase();
    expect(eraser.isErased()).toBe(true);
    expect(chip.current.keeps(obtained.share)).toBe(false);
  });

  test('S32 a chip that does not answer has not destroyed anything', async () => {
    storeOn().write(share, randomBytes(32));
    const silent = storeOn({ run: () => ({ outcome: 'refused', code: undefined }) });
    expect(() => silent.destroy(share)).toThrow(fault('missing'));
    const clinging: RunTpmProgram = (program, args, input) =>
      program === 'nvundefine'
        ? { outcome: 'done', output: Buffer.alloc(0) }
        : chip.current.parts().run(program, args, input);
    expect(() => storeOn({ run: clinging }).destroy(share)).toThrow(fault('not-destroyed'));
    expect(storeOn({ run: clinging }).probe()).toEqual({ refusal: 'missing' });
  });

  test('S32 nothing secret is heard on the wires to the chip', () => {
    const secret = randomBytes(32);
    storeOn().write(share, secret);
    expect(kept(storeOn())).toEqual(secret);
    expect(chip.current.wasHeard(secret)).toBe(false);
    // Whoever reads without such a session is heard.
    chip.current.tool('nvread', place, `--hierarchy=${place}`, '--auth=pcr:sha256:7');
    expect(chip.current.wasHeard(secret)).toBe(true);
  });

  test('S32 a secret of another length is not stored', () => {
    for (const length of [0, 31, 33]) {
      expect(() => storeOn().write(share, randomBytes(length))).toThrow(fault('not-stored'));
    }
    expect(chip.current.tool('nvreadpublic')).not.toContain(place);
  });

  test('S32 a chip that gives back something else than was written is found out', () => {
    const run: RunTpmProgram = (program, args, input) =>
      program === 'nvread'
        ? { outcome: 'done', output: randomBytes(32) }
        : chip.current.parts().run(program, args, input);
    expect(() => storeOn({ run }).write(share, randomBytes(32))).toThrow(fault('not-stored'));
    expect(storeOn({ run }).probe()).toEqual({ refusal: 'missing' });
  });

  test('another secret takes the place of the one before', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    storeOn().write(share, first);
    storeOn().write(share, second);
    expect(kept(storeOn())).toEqual(second);
    expect(chip.current.keeps(first)).toBe(false);
  });

  test('there is a place for the laptop’s own secrets only', () => {
    expect(() => storeOn().read('something-else')).toThrow(RangeError);
    expect(() => storeOn().write('probe', randomBytes(32))).toThrow(RangeError);
  });
});

describe('a place in the chip that somebody else took', patient, () => {
  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ['read with a password', ['--size=32', '--attributes=authread|authwrite']],
    ['read by the owner', ['--size=32', '--attributes=ownerread|ownerwrite']],
    ['of another size', ['--size=8', '--attributes=authread|authwrite']],
  ];

  test.each(kinds)('S32 is neither read nor overwritten: %s', (_, kind) => {
    chip.current.tool('nvdefine', place, ...kind);
    const hierarchy = kind.some((word) => word.includes('owner')) ? 'o' : place;
    chip.current.toolReading(Buffer.alloc(8, 1), 'nvwrite', place, '--input=-', `--hierarchy=${hierarchy}`);
    expect(storeOn().probe()).toEqual({ refusal: 'changed' });
    expect(() => storeOn().read(share)).toThrow(fault('changed'));
    expect(() => storeOn().write(share, randomBytes(32))).toThrow(fault('changed'));
    const read = ['--size=8', `--hierarchy=${hierarchy}`];
    expect(Buffer.from(chip.current.tool('nvread', place, ...read))).toEqual(Buffer.alloc(8, 1));
    storeOn().destroy(share);
    expect(storeOn().probe()).toBe('usable');
  });

  test('S32 a secret planted from another system is not taken for the laptop’s own', async () => {
    const planted = randomBytes(32);
    await chip.current.start('otherwise');
    storeOn().write(share, planted);
    await chip.current.start();
    expect(storeOn().probe()).toEqual({ refusal: 'changed' });
    expect(() => obtainDeviceShare(storeOn(), systemRandom)).toThrow(fault('changed'));
  });

  test('S32 a place that the owner may write or read besides is not used, though its policy is that of a healthy start', async () => {
    storeOn().write(share, randomBytes(32));
    const digest = join(temporaryDirectory(), 'policy');
    const [, healthy = ''] = /policy: ([0-9A-F]{64})/.exec(chip.current.tool('nvreadpublic')) ?? [];
    systemFiles.write(digest, Buffer.from(healthy, 'hex'));
    for (const besides of ['ownerwrite', 'ownerread']) {
      await chip.current.start('otherwise');
      chip.current.tool('nvundefine', place);
      const attributes = `--attributes=policywrite|policyread|no_da|${besides}`;
      chip.current.tool('nvdefine', place, '--size=32', attributes, `--policy=${digest}`);
      if (besides === 'ownerwrite') {
        chip.current.toolReading(randomBytes(32), 'nvwrite', place, '--input=-', '--hierarchy=o');
      }
      await chip.current.start();
      expect(storeOn().probe()).toEqual({ refusal: 'changed' });
      expect(() => storeOn().read(share)).toThrow(fault('changed'));
      expect(() => storeOn().write(share, randomBytes(32))).toThrow(fault('changed'));
    }
  });

  test('S32 the place of the probe is not emptied of what is not ours', () => {
    chip.current.tool('nvdefine', probePlace, '--size=8', '--attributes=ownerread|ownerwrite');
    expect(storeOn().probe()).toEqual({ refusal: 'changed' });
    expect(chip.current.tool('nvreadpublic')).toContain(probePlace);
  });
});

describe('power that fails while the chip is written', patient, () => {
  test('S32 between the definition and the write leaves no secret, and no obstacle', async () => {
    const secret = randomBytes(32);
    expect(() => storeOn({ run: cutOffAt('nvwrite') }).write(share, secret)).toThrow(fault('missing'));
    expect(chip.current.tool('nvreadpublic')).toContain(place);
    for (const measured of ['as always', 'otherwise'] as const) {
      await chip.current.start(measured);
      expect(storeOn().probe()).toBe('usable');
      expect(kept(storeOn())).toBeUndefined();
    }
    storeOn().write(share, secret);
    expect(kept(storeOn())).toEqual(secret);
  });

  test('S32 while a secret replaces another leaves one of the two, whole', async () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    storeOn().write(share, first);
    for (const [program, left] of [
      ['nvwrite', first],
      ['nvread', second],
    ] as const) {
      expect(() => storeOn({ run: cutOffAt(program) }).write(share, second)).toThrow(fault('missing'));
      await chip.current.start();
      expect(kept(storeOn())).toEqual(left);
    }
  });

  test('S32 in the middle of the probe is made good by the next one', async () => {
    for (const program of ['nvwrite', 'nvread', 'nvundefine'] as const) {
      expect(storeOn({ run: cutOffAt(program) }).probe()).toEqual({ refusal: 'missing' });
      await chip.current.start();
      expect(chip.current.tool('nvreadpublic')).toContain(probePlace);
      expect(storeOn().probe()).toBe('usable');
      expect(chip.current.tool('nvreadpublic')).not.toContain(probePlace);
    }
  });

  test('S32 sessions left behind by clients that were killed do not fill the chip for good', () => {
    const context = join(temporaryDirectory(), 'session');
    const leave = (): unknown => chip.current.tool('startauthsession', `--session=${context}`);
    const fill = (): unknown => Array.from({ length: 100 }, leave);
    storeOn().write(share, randomBytes(32));
    expect(fill).toThrow('0x905');
    expect(storeOn().probe()).toBe('usable');
    expect(fill).toThrow('0x905');
    storeOn().destroy(share);
    expect(chip.current.tool('nvreadpublic')).not.toContain(place);
  });
});

describe('a security chip that does not serve', patient, () => {
  const absent: readonly (readonly [string, string, string | undefined])[] = [
    ['no chip', 'device:/dev/no-such-chip', undefined],
    ['no tools', 'device:/dev/no-such-chip', '/nonexistent'],
    ['nothing that answers', 'swtpm:path=/nonexistent/socket', undefined],
  ];

  test.each(absent)('S32 %s is a missing key store, and a fault for every operation', (_, tcti, folder) => {
    const store = storeOn({ run: tpmPrograms(tcti, folder) });
    expect(store.probe()).toEqual({ refusal: 'missing' });
    expect(() => store.read(share)).toThrow(fault('missing'));
    expect(() => store.write(share, randomBytes(32))).toThrow(fault('missing'));
    expect(() => store.destroy(share)).toThrow(fault('missing'));
  });

  test('S32 no memory to hold a session in is a missing key store', () => {
    const file = join(temporaryDirectory(), 'file');
    systemFiles.write(file, new Uint8Array());
    expect(storeOn({ memory: file }).probe()).toEqual({ refusal: 'missing' });
    expect(() => storeOn({ memory: file }).write(share, randomBytes(32))).toThrow(fault('missing'));
  });

  test('S32 a chip whose owner was given a password is locked', () => {
    storeOn().write(share, randomBytes(32));
    chip.current.tool('changeauth', '--object-context=o', 'password');
    expect(storeOn().probe()).toEqual({ refusal: 'locked' });
    expect(() => storeOn().destroy(share)).toThrow(fault('locked'));
  });

  test('S32 guessing at other things until the chip locks itself does not lock the laptop out', () => {
    const secret = randomBytes(32);
    storeOn().write(share, secret);
    const other = '0x1800001';
    chip.current.tool('dictionarylockout', '--setup-parameters', '--max-tries=1', '--lockout-recovery-time=1000');
    chip.current.tool('nvdefine', other, '--size=8', '--attributes=authread|authwrite', '--index-auth=right');
    const guess = (): string => chip.current.tool('nvread', other, `--hierarchy=${other}`, '--auth=wrong');
    expect(guess).toThrow('0x98E');
    expect(guess).toThrow('0x921');
    expect(storeOn().probe()).toBe('usable');
    expect(kept(storeOn())).toEqual(secret);
  });

  test('S32 a chip that answers with its lock-out is locked', () => {
    const run: RunTpmProgram = (program, args, input) =>
      program === 'nvread' ? { outcome: 'refused', code: 0x921 } : chip.current.parts().run(program, args, input);
    expect(storeOn({ run }).probe()).toEqual({ refusal: 'locked' });
  });
});
