import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startBareLaptop } from '../harness/bare-laptop.ts';
import { ConsoleClient } from '../harness/console-client.ts';
import { openControlDatabase, type ControlDatabase } from '../harness/control-database.ts';
import { startDesktop } from '../harness/desktop.ts';
import { approvalOf, approverOf, findLaptop, until, writeTicket } from '../harness/errands.ts';
import { folderOf, ordinaryUser } from '../harness/ordinary-user.ts';
import { projectFolder, runtime } from '../harness/runtime.ts';
import type { World } from '../harness/world.ts';
import { median, percentile } from './compare.ts';

/** From a brick order at the laptop to its destroyed key, ms. */
export interface KeysDestroyed {
  keyStore: 'os' | 'development';
  median: number;
  samples: number[];
}

const run = promisify(execFile);

/** Measures it with the key store of a desktop's session, and with that of development builds, on this disk. */
export async function keysDestroyed(rounds: number): Promise<KeysDestroyed[]> {
  const desktop = await startDesktop();
  try {
    const [program, ...args] = [
      ...desktop.user.prefix,
      runtime().node,
      join(projectFolder, 'test/bench/wipe-worker.ts'),
    ];
    const results: KeysDestroyed[] = [];
    for (const keyStore of ['os', 'development'] as const) {
      const folder = await folderOf(ordinaryUser(), join(desktop.userHome, keyStore));
      const { stdout } = await run(program, [...args, folder, keyStore, String(rounds)], { env: desktop.env });
      const samples = JSON.parse(stdout) as number[];
      results.push({ keyStore, median: median(samples), samples });
    }
    return results;
  } finally {
    await desktop.close();
  }
}

/** From an officer's last approval of a brick to what control has verified of it, over loopback, ms. */
export interface BrickVerified {
  what: 'receipt' | 'keys destroyed' | 'everything erased and proved';
  p50: number;
  p99: number;
  samples: number[];
}

/** The entries of control's record that say so. */
const said = {
  receipt: 'order.executed',
  'keys destroyed': 'erasure.keys-destroyed',
  'everything erased and proved': 'erasure.attested',
} as const;
const kinds = Object.keys(said) as BrickVerified['what'][];

/** Bricks laptops without Electron, each a real core on a real disk in contact with a real control, one after the other. */
export async function bricksVerified(world: World, rounds: number): Promise<BrickVerified[]> {
  const officers = await Promise.all([
    ConsoleClient.signIn(world, 'officer'),
    ConsoleClient.signIn(world, 'otherOfficer'),
  ]);
  const database = await openControlDatabase(world);
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bricks-'));
  try {
    const all: Record<BrickVerified['what'], number>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      all.push(await brickOne(world, officers, database, join(folder, String(round))));
    }
    return kinds.map((what) => {
      const samples = all.map((times) => times[what]);
      return { what, p50: percentile(samples, 50), p99: percentile(samples, 99), samples };
    });
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Officers = readonly [ConsoleClient, ConsoleClient];

async function brickOne(world: World, officers: Officers, database: ControlDatabase, folder: string) {
  const [officer] = officers;
  const name = `B-${folder.slice(folder.lastIndexOf('/') + 1)}`;
  await mkdir(folder, { mode: 0o700 });
  const laptop = await startBareLaptop({ folder, keyStore: 'development' });
  if (laptop.outcome !== 'open') throw new Error(`the laptop is ${laptop.outcome}`);
  const enrolled = await laptop.kiosk.handlers.enrol({ ticket: await writeTicket(officer, name) });
  if (!enrolled.ok) throw new Error(`the laptop is not enrolled: ${enrolled.refusal.reason}`);
  const device = await findLaptop(officer, name);
  await until('it is in contact', async () => {
    const { devices } = await officer.must('fleetDevices', {});
    return devices.some((one) => one.id === device && one.connected && one.state === 'inert');
  });
  const started = await press(world, officers, device);
  const times = await verifiedTimes(database, device, started);
  await laptop.ended;
  return times;
}

/** Has a brick approved, by a second officer as well when one alone has approved too many. @returns when the last pressed */
async function press(world: World, officers: Officers, device: string): Promise<number> {
  const task = await officers[0].must('draftOrder', { body: { order: 'brick', devices: [device], reason: 'A test' } });
  for (const officer of officers) {
    const approval = approvalOf(task, officer, approverOf(world));
    const pressed = performance.now();
    const { orders } = await officer.must('approveOrder', { params: { id: task.id }, body: { approval } });
    if (orders.length > 0) return pressed;
  }
  throw new Error('the order was not queued');
}

/** Looks at control's record over and over until it says all there is to say. */
async function verifiedTimes(database: ControlDatabase, device: string, started: number) {
  const times: Partial<Record<BrickVerified['what'], number>> = {};
  const isSaid = (what: BrickVerified['what']): boolean => times[what] !== undefined;
  while (!kinds.every(isSaid)) {
    const rows = await database.run(`select distinct action from audit where subject = '${device}'`);
    const now = performance.now() - started;
    for (const what of kinds) {
      if (!isSaid(what) && rows.some(({ action }) => action === said[what])) times[what] = now;
    }
    if (now > 60_000) throw new Error(`control does not hear of it: ${JSON.stringify(times)}`);
  }
  return times as Record<BrickVerified['what'], number>;
}
