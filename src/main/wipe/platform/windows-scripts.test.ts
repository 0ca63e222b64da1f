import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandFor, SCRIPT_FOLDER, taskExit } from './windows-tasks.ts';

// There is no PowerShell here: these tests read the commands that the scripts would run. What Windows makes of them they
// cannot show.

const folder = join(import.meta.dirname, '../../../../build/windows/erase');

/** A script without its comments: what is left is what would run. */
function commandsOf(name: string): string {
  const text = readFileSync(join(folder, name), 'utf8');
  return text.replaceAll(/<#[\s\S]*?#>/g, '').replaceAll(/^\s*#.*$/gm, '');
}

const bitlocker = commandsOf('bitlocker.ps1');
const mdm = commandsOf('mdm.ps1');
const ask = commandsOf('ask.ps1');
const register = commandsOf('register.ps1');

/** A function of a script, from its name to the brace that ends it. */
function functionOf(script: string, name: string): string {
  const start = script.indexOf(`function ${name}`);
  const end = script.indexOf('\n}', start);
  if (start < 0 || end < 0) throw new Error(`there is no ${name}`);
  return script.slice(start, end);
}

function allMatches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

const tasks = ['erase-bitlocker', 'look-at-bitlocker', 'erase-mdm'] as const;

describe('the BitLocker script', () => {
  test('S34 adds a key that nobody has, ends a suspension, and then deletes what was there before, in this order', () => {
    const changes = allMatches(functionOf(bitlocker, 'Invoke-Erasure'), /Invoke-Change -Method '(\w+)'/g);
    expect(changes).toEqual(['ProtectKeyWithExternalKey', 'EnableKeyProtectors', 'DeleteKeyProtector']);
  });

  test('S34 reads which protectors there were before it adds its own, so that it never deletes the last one', () => {
    const erasure = functionOf(bitlocker, 'Invoke-Erasure');
    expect(erasure.indexOf('$former = @(Get-ProtectorIds)')).toBeGreaterThan(0);
    expect(erasure.indexOf('$former = @(Get-ProtectorIds)')).toBeLessThan(erasure.indexOf('ProtectKeyWithExternalKey'));
    expect(erasure).toMatch(/foreach \(\$id in \$former\) \{\s*Invoke-Change -Method 'DeleteKeyProtector'/);
  });

  test('S34 neither chooses, asks for nor saves the key, and never opens, decrypts or suspends the drive', () => {
    expect(bitlocker).not.toMatch(/ExternalKey\s*=/);
    const never =
      /GetKeyProtectorExternalKey|SaveExternalKey|Get\w*Password|Get\w*Package|Disable|DeleteKeyProtectors|Decrypt|Unlock|manage-bde|Backup/;
    expect(bitlocker).not.toMatch(never);
  });

  test('S34 changes the drive in one place only, which a rehearsal stops and prints; questions are asked in it too', () => {
    expect(allMatches(bitlocker, /(Invoke-CimMethod)/g)).toHaveLength(1);
    expect(functionOf(bitlocker, 'Invoke-Change')).toMatch(
      /if \(-not \$PSCmdlet\.ShouldProcess\([^\n]*\)\) \{ return \$null \}\s*return Get-Answer/,
    );
    const questions = allMatches(bitlocker, /Get-Answer -Method '(\w+)'/g);
    expect(new Set(questions)).toEqual(
      new Set([
        'GetKeyProtectors',
        'GetKeyProtectorType',
        'GetKeyProtectorFriendlyName',
        'GetConversionStatus',
        'GetProtectionStatus',
      ]),
    );
    expect(bitlocker).toContain('SupportsShouldProcess = $true');
  });

  test('S34 calls a drive erased when it is encrypted to its end, protected, and has that one protector', () => {
    const look = functionOf(bitlocker, 'Test-Erased');
    expect(look).toMatch(/ConversionStatus -ne \$fullyEncrypted\) \{ return \$false \}/);
    expect(look).toMatch(/ProtectionStatus -ne \$protected\) \{ return \$false \}/);
    expect(look).toContain('return ($ids.Count -eq 1) -and (Test-Protector -Id $ids[0])');
    for (const value of ['$externalKey = 2', '$fullyEncrypted = 1', '$protected = 1']) {
      expect(bitlocker).toContain(value);
    }
  });

  test('S34 looks again after it erased, and ends with the codes that the client knows', () => {
    const tail = bitlocker.slice(bitlocker.lastIndexOf('try {'));
    expect(tail.indexOf('Invoke-Erasure')).toBeLessThan(tail.indexOf('if (Test-Erased) { exit 0 }'));
    expect(allMatches(tail, /exit (\d)/g)).toEqual(['0', String(taskExit.done), String(taskExit.notErased), '1']);
  });
});

test('S34 the MDM script runs doWipeProtected and no other wipe, and a rehearsal ends before it', () => {
  expect(allMatches(mdm, /'(doWipe\w*)'/g)).toEqual(['doWipeProtectedMethod']);
  expect(mdm).toContain("$namespace = 'root\\cimv2\\mdm\\dmmap'");
  expect(mdm).toContain("$class = 'MDM_RemoteWipe'");
  expect(allMatches(mdm, /(InvokeMethod)\(/g)).toHaveLength(1);
  expect(mdm.indexOf('{ exit 0 }')).toBeGreaterThan(mdm.indexOf('ShouldProcess'));
  expect(mdm.indexOf('ShouldProcess')).toBeLessThan(mdm.indexOf('InvokeMethod('));
});

describe('the tasks', () => {
  test.each(tasks)(
    'S34 %s is known to the client, to the script that asks and to the image, under one name',
    (task) => {
      expect(commandFor(task)).toContain(`"${SCRIPT_FOLDER}\\ask.ps1" -Task ${task}`);
      expect(ask).toMatch(new RegExp(`ValidateSet\\([^)]*'${task}'`));
      expect(register).toMatch(new RegExp(`'${task}' += "-File`));
    },
  );

  test('S34 none is known to the image alone, and each names a script that is there', () => {
    const named = allMatches(register, /'([\w-]+)' += "-File/g);
    expect(new Set(named)).toEqual(new Set(tasks));
    const scripts = allMatches(register, /-File `"\$scripts\\([\w-]+\.ps1)`"/g);
    expect(scripts).toEqual(['bitlocker.ps1', 'bitlocker.ps1', 'mdm.ps1']);
    expect(readdirSync(folder).sort()).toEqual(['ask.ps1', 'bitlocker.ps1', 'mdm.ps1', 'register.ps1']);
    expect(register).toContain(`$scripts = '${SCRIPT_FOLDER}'`);
  });

  test('S34 the laptop’s account may start a task and read how it ended, and SYSTEM runs it, on battery too', () => {
    expect(register).toContain('$rights = "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFX;;;$sid)"');
    expect(register).toContain("-UserId 'S-1-5-18'");
    expect(register).toContain('-AllowStartIfOnBatteries -DontStopIfGoingOnBatteries');
  });

  test('S34 the script that asks ends with what it knows to be done or not erased, and fails otherwise', () => {
    expect(allMatches(ask, /exit (\S+)/g)).toEqual(['0', '3', '1']);
    expect(ask).toMatch(/if \(\$result -eq 0\) \{ exit 0 \}\s*if \(\$result -eq 3\) \{ exit 3 \}\s*throw/);
  });
});

test('every script stops at its first error, and says that it has not been run on Windows', () => {
  for (const name of readdirSync(folder)) {
    expect(commandsOf(name)).toContain("$ErrorActionPreference = 'Stop'");
    expect(readFileSync(join(folder, name), 'utf8')).toContain('Not yet run on Windows');
  }
});
