import type { PlatformEraser as ChosenEraser } from '@sallyport/protocol';
import type { MachineFile } from '../../platform/machine-file.ts';
import type { RunProgram } from '../../platform/programs.ts';
import { bitlockerEraser } from './bitlocker.ts';
import { luks2Eraser } from './luks2.ts';
import { mdmEraser } from './mdm.ts';
import type { PlatformEraser, PowerSwitch } from './platform-eraser.ts';
import { powerSwitch } from './power.ts';

/** What {@link choosePlatformErasers} needs. */
export interface PlatformChoiceOptions {
  /** What the policy names, in any order. */
  readonly chosen: readonly ChosenEraser[];
  readonly platform: NodeJS.Platform;
  readonly machine: MachineFile;
  readonly run: RunProgram;
}

/** What of the policy's choice there is on this laptop. */
export interface PlatformChoice {
  /** In the order in which they erase. */
  readonly erasers: readonly PlatformEraser[];
  readonly powerSwitch: PowerSwitch | undefined;
}

/** What takes the machine away comes last: after it nothing else is done. */
const order = ['luks2', 'bitlocker', 'mdm'] as const satisfies readonly ChosenEraser[];

/** Picks those of the policy's erasers that apply to this laptop, each once; one that has nothing to erase is left out. */
export function choosePlatformErasers(options: PlatformChoiceOptions): PlatformChoice {
  const { chosen, platform, run } = options;
  const wanted = order.filter((kind) => chosen.includes(kind));
  const hasSwitch = chosen.includes('power-off') && (platform === 'linux' || platform === 'win32');
  return {
    erasers: wanted.flatMap((kind) => eraserFor(kind, options) ?? []),
    powerSwitch: hasSwitch ? powerSwitch(platform, run) : undefined,
  };
}

function eraserFor(
  kind: (typeof order)[number],
  { platform, machine, run }: PlatformChoiceOptions,
): PlatformEraser | undefined {
  switch (kind) {
    case 'luks2': {
      const volume = platform === 'linux' ? machine.dataVolume : undefined;
      return volume === undefined ? undefined : luks2Eraser({ volume, run });
    }
    case 'bitlocker':
      return platform === 'win32' ? bitlockerEraser({ run }) : undefined;
    case 'mdm':
      return platform === 'win32' ? mdmEraser({ run }) : undefined;
    default:
      return kind satisfies never;
  }
}
