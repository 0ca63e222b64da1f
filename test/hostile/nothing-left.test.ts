import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsoleClient } from '../harness/console-client.ts';
import { openControlDatabase, type ControlDatabase } from '../harness/control-database.ts';
import { admit, enterRoom, join, prepare } from '../harness/day.ts';
import { filesBelow } from '../harness/disk.ts';
import { bookFor, findLaptop, openFor, orderFor, until, untilOrder, writeTicket } from '../harness/errands.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { deviceShareOf, secretsOf } from '../harness/laptop-secrets.ts';
import { NeedleSearch, needlesInMemory, textNeedle } from '../harness/memory.ts';
import { processTree } from '../harness/processes.ts';
import { waitForMedia } from '../harness/media.ts';
import { cast, createWorld, type World } from '../harness/world.ts';

const laptop = 'HB-07';
const patient = 'Q7093KX';

/** A thief takes a laptop that was bricked in the middle of a consultation: its disk, and its memory as it still runs. */
describe('what is left of a laptop after its erasure', () => {
  let world: World;
  let database: ControlDatabase;
  let kiosk: Kiosk;
  let officer: ConsoleClient;
  let device: string;
  let search: NeedleSearch;

  beforeAll(async () => {
    world = await createWorld();
    database = await openControlDatabase(world);
    const [nurse, clinic] = await Promise.all([
      ConsoleClient.signIn(world, 'nurse'),
      world.signIn('consultant', 'clinic'),
    ]);
    officer = await ConsoleClient.signIn(world, 'officer');
    kiosk = await Kiosk.start();
    await kiosk.enrol(await writeTicket(officer, laptop));
    device = await findLaptop(officer, laptop);
    const { id } = await bookFor(nurse, { patient, laptop, consultant: cast.consultant, inMinutes: 2 });
    await kiosk.page.getByTestId('pairing-code').waitFor();
    await openFor(world, nurse, kiosk, id);
    await enterRoom(clinic.page, world.people.consultant);
    await join(kiosk);
    await prepare(kiosk);
    await admit(clinic.page, kiosk);
    await waitForMedia(kiosk.page);
    search = new NeedleSearch([textNeedle('the patient', patient), ...(await secretsOf(kiosk, laptop, database))]);
  });

  afterAll(async () => {
    await kiosk.close();
    await database.close();
    await world.close();
  });

  /** What is found in the memory of the client, by process. */
  const inMemory = (): string[] =>
    processTree(kiosk.pid).flatMap((pid) => [...needlesInMemory(pid, search)].map((name) => `${kindOf(pid)}: ${name}`));

  test('S36 the search finds what it looks for: in use, memory holds the patient and keys, the disk none in the clear', () => {
    const found = inMemory();
    expect(found).toContain('browser: the patient');
    expect(found).toContain('renderer: the patient');
    expect(found).toContain('browser: the signing key, as PEM');
    expect(found).toContain('browser: the data key of the journal of consultations');
    expect(onDisk()).toEqual([]);
  });

  /** What is found in any file of the laptop's user. */
  const onDisk = (): string[] =>
    filesBelow(kiosk.desktop.userHome).flatMap((file) =>
      [...search.in(readFileSync(file))].map((name) => `${file}: ${name}`),
    );

  test('S9 S36 bricked in a consultation, it is dead, and every process that held anything has ended', async () => {
    const before = processTree(kiosk.pid);
    const { id } = await orderFor(world, officer, 'brick', device);
    await kiosk.shows('dead');
    await untilOrder(officer, id, 'executed');
    await until('the client of before has ended', async () => before.every((pid) => !existsSync(`/proc/${pid}`)));
  });

  test('S36 neither its disk nor the memory of any process of the client holds the patient or a key', () => {
    expect(onDisk()).toEqual([]);
    expect(processTree(kiosk.pid).length).toBeGreaterThan(3);
    expect(inMemory()).toEqual([]);
  });

  test('S32 S36 its key store does not hold its half of the keys any more', () => {
    expect(deviceShareOf(kiosk)).toBeUndefined();
  });
});

/** What a process of the client is: its browser (the main process), a renderer, a utility. */
function kindOf(pid: number): string {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  return /--type=([a-z-]+)/.exec(command)?.[1] ?? 'browser';
}
