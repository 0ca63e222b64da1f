import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsoleDevice } from '@sallyport/protocol';
import { dataPlaces } from '../../src/main/data-places.ts';
import { ConsoleClient } from '../harness/console-client.ts';
import { startDesktop, type Desktop } from '../harness/desktop.ts';
import { launchKiosk } from '../harness/electron.ts';
import { bookFor, findLaptop, orderFor, until, untilOrder, writeTicket } from '../harness/errands.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { outgoingConnections, processTree } from '../harness/processes.ts';
import { cast, createWorld, type World } from '../harness/world.ts';

/** What a disk, or a hand on it, does to a laptop that is switched off; the laptop and control say so. */
describe('bad files on a real laptop', () => {
  let world: World;
  let desktop: Desktop;
  let officers: ConsoleClient[];
  let nurse: ConsoleClient;

  beforeAll(async () => {
    world = await createWorld();
    desktop = await startDesktop();
    const people = ['officer', 'otherOfficer', 'nurse'] as const;
    const [officer, other, healthcare] = await Promise.all(people.map((part) => ConsoleClient.signIn(world, part)));
    if (officer === undefined || other === undefined || healthcare === undefined) throw new Error('nobody is there');
    officers = [officer, other];
    nurse = healthcare;
  });

  afterAll(async () => {
    await desktop.close();
    await world.close();
  });

  const officer = (): ConsoleClient => {
    const [first] = officers;
    if (first === undefined) throw new Error('nobody is there');
    return first;
  };

  /** A laptop that has been in contact, and is off. */
  const laptopThatIsOff = async (name: string, on: Desktop = desktop): Promise<{ kiosk: Kiosk; device: string }> => {
    const kiosk = await Kiosk.start({ desktop: on, disk: name });
    await kiosk.enrol(await writeTicket(officer(), name));
    await kiosk.page.getByTestId('pairing-code').waitFor();
    await kiosk.powerOff();
    return { kiosk, device: await findLaptop(officer(), name) };
  };

  const seen = async (device: string): Promise<ConsoleDevice | undefined> => {
    const { devices } = await officer().must('fleetDevices', {});
    return devices.find(({ id }) => id === device);
  };

  /** What control says to whoever wants to open the laptop. */
  const refusalToOpen = async (laptop: string): Promise<string> => {
    const booking = { patient: 'A1234BC', laptop, consultant: cast.consultant, inMinutes: 2 };
    const { id, revision } = await bookFor(nurse, booking);
    const answer = await nurse.call('pair', { body: { appointment: id, code: '000000' } });
    await nurse.must('cancelAppointment', { params: { id }, body: { revision } });
    return answer.ok ? 'opened' : answer.refusal.reason;
  };

  const expectBricked = async (kiosk: Kiosk, device: string, by: ConsoleClient): Promise<void> => {
    const { id } = await orderFor(world, by, 'brick', device);
    await kiosk.shows('dead');
    await untilOrder(officer(), id, 'executed');
    expect(existsSync(dataPlaces(kiosk.dataFolder).record)).toBe(false);
  };

  const recordOf = (kiosk: Kiosk): string => join(dataPlaces(kiosk.dataFolder).record, 'record.sealed');

  const flipOneBit = (file: string): void => {
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    writeFileSync(file, bytes);
  };

  const damages: [string, string, (record: string) => void][] = [
    ['BAD-1', 'one bit of its record is flipped', flipOneBit],
    ['BAD-2', 'its record is gone', (record) => rmSync(record)],
  ];

  test.each(damages)(
    'S31 %s: %s: it says so, control hears of it, nobody opens it, and it can be bricked',
    async (name, _, damage) => {
      const { kiosk, device } = await laptopThatIsOff(name);
      damage(recordOf(kiosk));
      await kiosk.powerOn();
      await kiosk.shows('suspended');
      await kiosk.page.getByText('This laptop’s store is damaged.').first().waitFor();
      await until('control hears of it', async () => (await seen(device))?.damagedAt ?? undefined);
      expect(await refusalToOpen(name)).toBe('store-damaged');
      await expectBricked(kiosk, device, officer());
      await kiosk.close();
    },
  );

  test('S31 everything of a record is gone: the laptop is not used, and says so', async () => {
    const { kiosk } = await laptopThatIsOff('BAD-3');
    rmSync(dataPlaces(kiosk.dataFolder).record, { recursive: true });
    await kiosk.powerOn();
    await kiosk.shows('refused');
    expect(outgoingConnections(kiosk.pid)).toEqual([]);
    await kiosk.close();
  });

  test('S30 S31 an older copy of its whole folder is put back: control knows it, and nobody opens it', async () => {
    const { kiosk, device } = await laptopThatIsOff('BAD-4');
    const copy = `${kiosk.dataFolder}.copy`;
    copyOf(kiosk.dataFolder, copy);
    await kiosk.powerOn();
    await kiosk.page.getByTestId('pairing-code').waitFor();
    await until('control sees it', async () => (await seen(device))?.connected);
    await kiosk.powerOff();
    rmSync(kiosk.dataFolder, { recursive: true });
    renameSync(copy, kiosk.dataFolder);
    await kiosk.powerOn();
    await until('control knows it', async () => (await seen(device))?.rolledBackAt ?? undefined);
    expect(await refusalToOpen('BAD-4')).toBe('rolled-back');
    await kiosk.close();
  });

  test('S31 the files of another laptop are put in: they are not taken for its own', async () => {
    const [one, other] = [await laptopThatIsOff('BAD-5'), await laptopThatIsOff('BAD-6')];
    const record = dataPlaces(one.kiosk.dataFolder).record;
    rmSync(record, { recursive: true });
    copyOf(dataPlaces(other.kiosk.dataFolder).record, record);
    await one.kiosk.powerOn();
    await one.kiosk.shows('refused');
    expect(outgoingConnections(one.kiosk.pid)).toEqual([]);
    await one.kiosk.close();
    await other.kiosk.close();
  });

  test('S31 a second client on the same folder ends at once, and the first one works on', async () => {
    const { kiosk } = await laptopThatIsOff('BAD-7');
    await kiosk.powerOn();
    await kiosk.page.getByTestId('pairing-code').waitFor();
    const before = readFileSync(recordOf(kiosk));
    await expect(launchKiosk(kiosk.launchOptions())).rejects.toThrow();
    expect(readFileSync(recordOf(kiosk))).toEqual(before);
    await kiosk.shows('inert');
    expect(await refusalToOpen('BAD-7')).toBe('wrong-code');
    await kiosk.close();
  });

  test('S9 S32 its key store is gone in the middle of its life: bricked, it is wiping and stays so, and nothing opens it', async () => {
    const own = await startDesktop();
    const { kiosk, device } = await laptopThatIsOff('BAD-8', own);
    await kiosk.powerOn();
    await kiosk.page.getByTestId('pairing-code').waitFor();
    for (const pid of keyStoresOf(own)) process.kill(pid, 'SIGKILL');
    const [, other = officer()] = officers;
    await orderFor(world, other, 'brick', device);
    await kiosk.shows('wiping');
    await until('its record is erased all the same', async () => !existsSync(dataPlaces(kiosk.dataFolder).record));
    await kiosk.powerOff('cut');
    await kiosk.powerOn();
    await kiosk.shows('wiping');
    expect((await seen(device))?.erasure?.stage ?? 'accepted').toBe('accepted');
    await kiosk.close();
    await own.close();
  });
});

/** A copy with its owner, as whoever has the disk makes it. */
function copyOf(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

/** The key stores that serve a desktop. */
function keyStoresOf(desktop: Desktop): number[] {
  const stores = processTree(process.pid).filter((pid) => {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes('gnome-keyring-daemon') && environmentOf(pid).includes(desktop.userHome);
  });
  if (stores.length === 0) throw new Error('the desktop has no key store');
  return stores;
}

function environmentOf(pid: number): string {
  return readFileSync(`/proc/${pid}/environ`, 'utf8');
}
