import type { RunProgram } from '../../platform/programs.ts';
import type { PowerSwitch } from './platform-eraser.ts';

/** The system did not take the wish to be switched off. */
export class PowerFault extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`power off: the system answered ${code}`);
    this.name = 'PowerFault';
    this.code = code;
  }
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** Nobody is there to be asked, and nothing open is worth waiting for. `/s` without `/hybrid` keeps no image of memory. */
const commands = {
  linux: { program: '/usr/bin/systemctl', args: ['--no-ask-password', '--check-inhibitors=no', 'poweroff'] },
  win32: { program: 'C:\\Windows\\System32\\shutdown.exe', args: ['/s', '/t', '0', '/f'] },
} as const satisfies Record<string, Command>;

const TIMEOUT_MS = 30_000;

/** The laptop's switch: with the power goes what memory still holds, the keys of open volumes above all. */
export function powerSwitch(platform: keyof typeof commands, run: RunProgram): PowerSwitch {
  const { program, args } = commands[platform];
  return {
    dryRun: () => [`would run: ${[program, ...args].join(' ')}`],
    async powerOff() {
      const { code } = await run(program, args, { timeoutMs: TIMEOUT_MS });
      if (code !== 0) throw new PowerFault(code);
    },
  };
}
