import type { PlatformEraser as ChosenEraser } from '@sallyport/protocol';
import type { MachineFile } from '../../platform/machine-file.ts';
import { choosePlatformErasers } from './choose.ts';
import type { PlatformEraser, PowerSwitch } from './platform-eraser.ts';

/** What {@link rehearse} needs. */
export interface RehearsalOptions {
  readonly chosen: readonly ChosenEraser[];
  readonly platform: NodeJS.Platform;
  readonly machine: MachineFile;
}

/** The half of a part that changes nothing. */
type Described = Pick<PlatformEraser, 'dryRun'> | Pick<PowerSwitch, 'dryRun'>;

/**
 * Says what an erasure would do below the files of this machine, a line a command or effect.
 * @param chosen what the policy names; each gets a heading, also where there is nothing for it to do
 */
export async function rehearse({ chosen, platform, machine }: RehearsalOptions): Promise<readonly string[]> {
  // SECURITY: a rehearsal cannot erase: it is given no way to run a program, and of each part only the half that
  // describes (S34).
  const run = (): Promise<never> => Promise.reject(new Error('a rehearsal runs nothing'));
  const { erasers, powerSwitch } = choosePlatformErasers({ chosen, platform, machine, run });
  const found: readonly (readonly [ChosenEraser, Described | undefined])[] = [
    ...erasers.map((eraser) => [eraser.step, eraser] as const),
    ...(powerSwitch === undefined ? [] : [['power-off', powerSwitch] as const]),
  ];
  const idle = [...new Set(chosen)].filter((kind) => !found.some(([name]) => name === kind));
  const parts = [...found, ...idle.map((kind) => [kind, undefined] as const)];
  const described = await Promise.all(parts.map(([kind, part]) => describe(kind, part, { platform, machine })));
  return described.flat();
}

async function describe(
  kind: ChosenEraser,
  part: Described | undefined,
  { platform, machine }: Pick<RehearsalOptions, 'platform' | 'machine'>,
): Promise<readonly string[]> {
  if (part !== undefined) return [`${kind}:`, ...(await part.dryRun()).map((line) => `  ${line}`)];
  const lacksVolume = kind === 'luks2' && platform === 'linux' && machine.dataVolume === undefined;
  return [`${kind}:`, `  nothing: ${lacksVolume ? 'the machine file names no dataVolume' : `not for ${platform}`}`];
}
