import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ordinaryUser, folderOf } from '../../../../test/harness/ordinary-user.ts';
import { run } from '../../platform/programs.ts';
import type { RunProgram } from '../../platform/programs.ts';
import { temporaryDirectory } from '../../platform/testing/temporary-directory.ts';
import { exitCode, makeContainer, openingPassphrases } from './luks2-testing.ts';
import type { LuksContainer } from './luks2-testing.ts';
import { luks2Eraser } from './luks2.ts';
import type { PlatformEraser } from './platform-eraser.ts';

// All of this runs on container files and needs no root, but for what says so.

const isRoot = process.getuid?.() === 0;
const headerBytes = 16 * 1024;

function eraserOf(volume: string, runProgram: RunProgram = run): PlatformEraser {
  return luks2Eraser({ volume, run: runProgram });
}

/** Flips a byte of a file. */
function damage(file: string, offset: number): void {
  const bytes = readFileSync(file);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
}

/** Programs as the laptop's user runs them, who may not do everything as root may. */
function asOrdinaryUser(): RunProgram {
  const [setpriv, ...args] = ordinaryUser().prefix;
  if (setpriv === undefined) return run;
  return (program, rest, options) => run(`/usr/bin/${setpriv}`, [...args, program, ...rest], options);
}

describe('the key slots of a LUKS2 volume', () => {
  test('S34 each passphrase opens the volume before the erasure, and none ever after', async () => {
    const container = makeContainer(temporaryDirectory());
    const eraser = eraserOf(container.path);
    expect(openingPassphrases(container)).toBe(2);
    await expect(eraser.isErased()).resolves.toBe(false);

    await eraser.erase();

    await expect(eraser.isErased()).resolves.toBe(true);
    expect(openingPassphrases(container)).toBe(0);
  });

  test('S34 nothing of the old key slots is left where they were, nor anywhere before the data; the data stays as it was', async () => {
    const container = makeContainer(temporaryDirectory());
    const before = readFileSync(container.path);
    await eraserOf(container.path).erase();
    const after = readFileSync(container.path);
    const dataStart = 2 * headerBytes + 1024 * 1024;
    expect(before.subarray(2 * headerBytes, dataStart).some((byte) => byte !== 0)).toBe(true);
    expect(after.subarray(2 * headerBytes, dataStart).every((byte) => byte === 0)).toBe(true);
    expect(after.subarray(dataStart).equals(before.subarray(dataStart))).toBe(true);
    expect(after.length).toBe(before.length);
  });

  test('S34 putting back the headers alone opens nothing: the slots’ bytes are gone as well', async () => {
    const container = makeContainer(temporaryDirectory());
    const headers = readFileSync(container.path).subarray(0, 2 * headerBytes);
    await eraserOf(container.path).erase();
    const bytes = readFileSync(container.path);
    headers.copy(bytes);
    writeFileSync(container.path, bytes);
    expect(openingPassphrases(container)).toBe(0);
    await expect(eraserOf(container.path).isErased()).resolves.toBe(false);
  });

  test('a copy of header and slots made before the erasure still opens it: the limit that the dry run states', async () => {
    const folder = temporaryDirectory();
    const container = makeContainer(folder);
    const backup = join(folder, 'backup');
    expect(exitCode('/usr/sbin/cryptsetup', 'luksHeaderBackup', container.path, '--header-backup-file', backup)).toBe(
      0,
    );
    await eraserOf(container.path).erase();
    expect(openingPassphrases(container, backup)).toBe(2);
    expect((await eraserOf(container.path).dryRun()).join('\n')).toContain('copies of its header made before');
  });

  test('S34 erasing again is harmless and changes nothing', async () => {
    const { path } = makeContainer(temporaryDirectory());
    await eraserOf(path).erase();
    const bytes = readFileSync(path);
    await eraserOf(path).erase();
    await expect(eraserOf(path).isErased()).resolves.toBe(true);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('S34 slots that cryptsetup alone erased do not count: random bytes are left that cannot be told from a slot', async () => {
    const { path } = makeContainer(temporaryDirectory());
    expect(exitCode('/usr/sbin/cryptsetup', 'erase', '--batch-mode', path)).toBe(0);
    await expect(eraserOf(path).isErased()).resolves.toBe(false);
    await eraserOf(path).erase();
    await expect(eraserOf(path).isErased()).resolves.toBe(true);
  });

  test('the volume may have the layout that cryptsetup gives by default, and be reached through a link', async () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, 'volume'), Buffer.alloc(0));
    truncateSync(join(folder, 'volume'), 20 * 1024 * 1024);
    const container = makeContainer(folder, 'volume', ['--luks2-keyslots-size', '16744448']);
    symlinkSync(container.path, join(folder, 'link'));
    await eraserOf(join(folder, 'link')).erase();
    await expect(eraserOf(join(folder, 'link')).isErased()).resolves.toBe(true);
    expect(openingPassphrases(container)).toBe(0);
  });

  test('S34 a user who may write the volume and has no other rights erases it', async () => {
    const user = ordinaryUser();
    const folder = await folderOf(user, temporaryDirectory());
    const container = makeContainer(folder);
    if (isRoot) expect(exitCode('/usr/bin/chown', '-R', `${user.uid}:${user.gid}`, folder)).toBe(0);
    const program = `
      import { luks2Eraser } from ${JSON.stringify(join(import.meta.dirname, 'luks2.ts'))};
      import { run } from ${JSON.stringify(join(import.meta.dirname, '../../platform/programs.ts'))};
      const eraser = luks2Eraser({ volume: process.argv[1], run });
      await eraser.erase();
      process.stdout.write(String(process.getuid()) + ' ' + String(await eraser.isErased()));`;
    const command = [...user.prefix, process.execPath, '--input-type=module', '--eval', program, container.path];
    const { stdout } = spawnSync(command[0] ?? '', command.slice(1), { encoding: 'utf8' });
    expect(stdout).toMatch(/^[1-9]\d* true$/);
    expect(openingPassphrases(container)).toBe(0);
  });

  test.runIf(isRoot && exitCode('/usr/sbin/losetup', '-f') === 0)(
    'S34 a block device is erased like a file (needs root)',
    async ({ onTestFinished }) => {
      const container = makeContainer(temporaryDirectory());
      const { stdout } = spawnSync('/usr/sbin/losetup', ['-f', '--show', container.path], { encoding: 'utf8' });
      const device = stdout.trim();
      onTestFinished(() => void exitCode('/usr/sbin/losetup', '-d', device));
      expect(statSync(device).isBlockDevice()).toBe(true);
      await eraserOf(device).erase();
      await expect(eraserOf(device).isErased()).resolves.toBe(true);
      expect(openingPassphrases(container, device)).toBe(0);
    },
  );
});

describe('a cut-off erasure of key slots', () => {
  /** Runs programs under strace, which kills them as they enter the given occurrence of a system call. */
  function killedAt(call: string, occurrence: number): RunProgram {
    const inject = [
      '-qq',
      '-o',
      '/dev/null',
      '-e',
      `trace=${call}`,
      '-e',
      `inject=${call}:signal=KILL:when=${occurrence}`,
    ];
    return (program, args, options) => run('/usr/bin/strace', [...inject, program, ...args], options);
  }

  async function eraseUntilVerified(eraser: PlatformEraser): Promise<void> {
    await eraser.erase();
    await expect(eraser.isErased()).resolves.toBe(true);
  }

  test.each(['write', 'fsync'])(
    'S34 cryptsetup killed at any of its calls of %s leaves nothing that is called erased, and the next try finishes',
    async (call) => {
      const folder = temporaryDirectory();
      const original = makeContainer(folder);
      let kills = 0;
      for (let occurrence = 1; ; occurrence += 1) {
        const container: LuksContainer = { ...original, path: join(folder, `cut-${occurrence}`) };
        copyFileSync(original.path, container.path);
        const isCut = await eraserOf(container.path, killedAt(call, occurrence))
          .erase()
          .then(
            () => false,
            () => true,
          );
        if (!isCut) break;
        kills += 1;
        await expect(eraserOf(container.path).isErased()).resolves.toBe(false);
        await eraseUntilVerified(eraserOf(container.path));
        expect(openingPassphrases(container)).toBe(0);
      }
      // Two slots, each with its own area, and two header copies written after each.
      expect(kills).toBeGreaterThanOrEqual(6);
    },
  );

  test.each([
    ['first', 0],
    ['second', headerBytes],
  ])('S34 a damaged %s header is no way round: it is repaired from the other one and erased', async (_, offset) => {
    const container = makeContainer(temporaryDirectory());
    damage(container.path, offset + 5000);
    await eraseUntilVerified(eraserOf(container.path));
    expect(openingPassphrases(container)).toBe(0);
  });

  test.each([
    ['first', 0],
    ['second', headerBytes],
  ])(
    'S34 while the %s header is damaged nobody can tell what it named: not erased, and nothing is overwritten',
    async (_, offset) => {
      const container = makeContainer(temporaryDirectory());
      expect(exitCode('/usr/sbin/cryptsetup', 'erase', '--batch-mode', container.path)).toBe(0);
      damage(container.path, offset + headerBytes - 1);
      const damaged = readFileSync(container.path);
      await expect(eraserOf(container.path).isErased()).resolves.toBe(false);
      const lying = eraserOf(container.path, async () => ({ code: 0, stdout: '', stderr: '' }));
      await expect(lying.erase()).rejects.toMatchObject({ reason: 'has-key-slots' });
      expect(readFileSync(container.path).equals(damaged)).toBe(true);
      await eraseUntilVerified(eraserOf(container.path));
    },
  );

  test('S34 a first header that is gone altogether is no way round', async () => {
    const container = makeContainer(temporaryDirectory());
    const bytes = readFileSync(container.path);
    bytes.fill(0, 0, headerBytes);
    writeFileSync(container.path, bytes);
    await eraseUntilVerified(eraserOf(container.path));
  });

  test.each([0, headerBytes])(
    'S34 an older header copy at %i that still names slots does not count as erased',
    async (offset) => {
      const container = makeContainer(temporaryDirectory());
      const before = readFileSync(container.path);
      await eraserOf(container.path).erase();
      const torn = readFileSync(container.path);
      before.copy(torn, offset, offset, offset + headerBytes);
      writeFileSync(container.path, torn);
      await expect(eraserOf(container.path).isErased()).resolves.toBe(false);
      await eraseUntilVerified(eraserOf(container.path));
    },
  );

  test('S34 a single byte in the key area that is not zero does not count as erased', async () => {
    const { path } = makeContainer(temporaryDirectory());
    await eraserOf(path).erase();
    damage(path, 2 * headerBytes + 1024 * 1024 - 1);
    await expect(eraserOf(path).isErased()).resolves.toBe(false);
  });

  test('S34 the word of cryptsetup counts too: what it calls a key slot is one', async () => {
    const { path } = makeContainer(temporaryDirectory());
    await eraserOf(path).erase();
    const says =
      (stdout: string, code = 0): RunProgram =>
      async () => ({ code, stdout, stderr: '' });
    await expect(eraserOf(path, says('{"keyslots":{"0":{}}}')).isErased()).resolves.toBe(false);
    await expect(eraserOf(path, says('nonsense')).isErased()).rejects.toThrow('cryptsetup');
    await expect(eraserOf(path, says('{"keyslots":{}}', 1)).isErased()).rejects.toThrow('cryptsetup');
  });
});

describe('what is not a LUKS2 volume that can be erased', () => {
  async function expectLeftAlone(path: string, reason: string): Promise<void> {
    const asked: string[] = [];
    const eraser = eraserOf(path, async (program) => {
      asked.push(program);
      return { code: 0, stdout: '{"keyslots":{}}', stderr: '' };
    });
    await expect(eraser.erase()).rejects.toMatchObject({ reason });
    await expect(eraser.isErased()).rejects.toMatchObject({ reason });
    expect((await eraser.dryRun()).join('\n')).toContain('would be left alone');
    expect(asked).toEqual([]);
  }

  test('S34 a path that leads nowhere is refused', async () => {
    await expectLeftAlone(join(temporaryDirectory(), 'nothing'), 'missing');
  });

  test('S34 a folder, a FIFO and a character device are refused, and not waited for', async () => {
    const folder = temporaryDirectory();
    const fifo = join(folder, 'fifo');
    expect(exitCode('/usr/bin/mkfifo', fifo)).toBe(0);
    for (const path of [folder, '/dev/zero']) await expectLeftAlone(path, 'not-a-volume');
    const eraser = eraserOf(fifo);
    await expect(eraser.erase()).rejects.toMatchObject({ reason: 'not-a-volume' });
  });

  test('S34 a LUKS1 volume, an ordinary file and an empty one are refused and stay as they are', async () => {
    const folder = temporaryDirectory();
    const luks1 = makeContainer(join(folder, 'one'), 'luks1', ['--type', 'luks2']);
    const key = luks1.passphrases[0] ?? '';
    const format = ['luksFormat', '--type', 'luks1', '--batch-mode', '--pbkdf-force-iterations', '1000'];
    expect(exitCode('/usr/sbin/cryptsetup', ...format, '--key-file', key, luks1.path)).toBe(0);
    writeFileSync(join(folder, 'ordinary'), Buffer.alloc(4 * 1024 * 1024, 'letters of a file that is none of ours\n'));
    writeFileSync(join(folder, 'empty'), '');
    for (const path of [luks1.path, join(folder, 'ordinary'), join(folder, 'empty')]) {
      const before = readFileSync(path);
      await expectLeftAlone(path, 'not-luks2');
      expect(readFileSync(path).equals(before)).toBe(true);
    }
    expect(openingPassphrases(luks1)).toBe(1);
    const reformatted = makeContainer(join(folder, 'two'));
    const bytes = readFileSync(reformatted.path);
    readFileSync(luks1.path).copy(bytes, 0, 0, 4096);
    writeFileSync(reformatted.path, bytes);
    await expectLeftAlone(reformatted.path, 'not-luks2');
  });

  test('S34 a volume cut off in its key area is not called erased', async () => {
    const { path } = makeContainer(temporaryDirectory());
    await eraserOf(path).erase();
    truncateSync(path, 512 * 1024);
    await expect(eraserOf(path).isErased()).rejects.toThrow();
  });

  test('S34 a header whose key area would reach into the data is refused: nothing is overwritten there', async () => {
    const folder = temporaryDirectory();
    const { path, passphrases } = makeContainer(folder);
    const header = join(folder, 'header');
    const format = [
      'luksFormat',
      '--batch-mode',
      '--type',
      'luks2',
      '--pbkdf',
      'pbkdf2',
      '--pbkdf-force-iterations',
      '1000',
    ];
    const key = passphrases[0] ?? '';
    expect(exitCode('/usr/sbin/cryptsetup', ...format, '--key-file', key, '--header', header, path)).toBe(0);
    await expectLeftAlone(header, 'not-luks2');
  });

  test('S34 a volume that cannot be written to fails, is not called erased, and still opens', async () => {
    const user = ordinaryUser();
    const folder = await folderOf(user, temporaryDirectory());
    const container = makeContainer(folder);
    expect(exitCode('/usr/bin/chmod', '-R', 'a+rX,a-w', folder)).toBe(0);
    const eraser = eraserOf(container.path, asOrdinaryUser());
    await expect(eraser.erase()).rejects.toThrow('cryptsetup ended with 1');
    await expect(eraser.isErased()).resolves.toBe(false);
    expect(openingPassphrases(container)).toBe(2);
    exitCode('/usr/bin/chmod', '-R', 'u+w', folder);
  });

  test('S34 nothing is overwritten while cryptsetup says it erased and a slot is still named', async () => {
    const container = makeContainer(temporaryDirectory());
    const lying = eraserOf(container.path, async () => ({ code: 0, stdout: '', stderr: '' }));
    await expect(lying.erase()).rejects.toMatchObject({ reason: 'has-key-slots' });
    expect(openingPassphrases(container)).toBe(2);
  });
});

test('S34 a dry run says what would be done and to which volume, runs nothing and writes nothing', async () => {
  const container = makeContainer(temporaryDirectory());
  const before = readFileSync(container.path);
  const { mtimeMs, ctimeMs } = statSync(container.path);
  const lines = await eraserOf(container.path, () => Promise.reject(new Error('nothing may run'))).dryRun();
  expect(lines[0]).toMatch(/: LUKS2, UUID [0-9a-f-]{36}, label none, key slots 0, 1$/);
  expect(lines[1]).toBe(`would run: /usr/sbin/cryptsetup erase --batch-mode --type luks2 ${container.path}`);
  expect(lines[2]).toBe(`would write: zeros over bytes 32768 to 1081343 of ${container.path}, where the key slots are`);
  expect(lines.join('\n')).not.toContain('would fail here');
  expect(readFileSync(container.path).equals(before)).toBe(true);
  expect(statSync(container.path)).toMatchObject({ mtimeMs, ctimeMs });
  expect(openingPassphrases(container)).toBe(2);
});

test('S34 a dry run says what would keep this account from erasing', async () => {
  const user = ordinaryUser();
  const container = makeContainer(await folderOf(user, temporaryDirectory()));
  expect(exitCode('/usr/bin/chmod', '-R', 'a+rX,a-w', dirname(container.path))).toBe(0);
  const program = `
    import { luks2Eraser } from ${JSON.stringify(join(import.meta.dirname, 'luks2.ts'))};
    process.stdout.write((await luks2Eraser({ volume: process.argv[1] }).dryRun()).join('\\n'));`;
  const command = [...user.prefix, process.execPath, '--input-type=module', '--eval', program, container.path];
  const { stdout } = spawnSync(command[0] ?? '', command.slice(1), { encoding: 'utf8' });
  exitCode('/usr/bin/chmod', '-R', 'u+w', dirname(container.path));
  expect(stdout).toContain('would fail here: this account may not write the volume');
});
