import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsoleAppointment } from '@sallyport/protocol';
import { ConsoleClient } from '../harness/console-client.ts';
import { openControlDatabase, type ControlDatabase } from '../harness/control-database.ts';
import { runControl } from '../harness/control-process.ts';
import { startDesktop, type Desktop } from '../harness/desktop.ts';
import {
  approvalOf,
  approverOf,
  bookFor,
  findLaptop,
  openFor,
  orderFor,
  proofFor,
  until,
  untilOrder,
  writeTicket,
} from '../harness/errands.ts';
import { windowsOn } from '../harness/keyboard.ts';
import { Kiosk, type ScreenName } from '../harness/kiosk.ts';
import { allProcesses, outgoingConnections, processTree } from '../harness/processes.ts';
import { askRoom, openRoomSocket } from '../harness/room-socket.ts';
import { cast, createWorld, type World } from '../harness/world.ts';

/** The moments of the random cuts are drawn from this, so that a failure can be had again. */
const seed = 20_251_122;

/** Power cuts, crashes and killed processes, at moments nobody chose. */
describe('power cuts', () => {
  let world: World;
  let database: ControlDatabase;
  let desktop: Desktop;
  let officer: ConsoleClient;
  let otherOfficer: ConsoleClient;
  let nurse: ConsoleClient;
  let consultant: ConsoleClient;

  beforeAll(async () => {
    world = await createWorld();
    database = await openControlDatabase(world);
    desktop = await startDesktop();
    const people = ['officer', 'otherOfficer', 'nurse', 'consultant'] as const;
    [officer, otherOfficer, nurse, consultant] = (await Promise.all(
      people.map((part) => ConsoleClient.signIn(world, part)),
    )) as [ConsoleClient, ConsoleClient, ConsoleClient, ConsoleClient];
  });

  afterAll(async () => {
    await desktop.close();
    await database.close();
    await world.close();
  });

  const newLaptop = async (name: string): Promise<{ kiosk: Kiosk; device: string }> => {
    const kiosk = await Kiosk.start({ desktop, disk: name });
    await kiosk.enrol(await writeTicket(officer, name));
    await kiosk.page.getByTestId('pairing-code').waitFor();
    return { kiosk, device: await findLaptop(officer, name) };
  };

  /** What the disk said of the wipe at each cut. */
  const found: string[] = [];

  const moments: [string, string, (kiosk: Kiosk, random: () => number) => Promise<unknown>][] = [
    ['CUT-1', 'when the tombstone stands', (kiosk) => step(kiosk, 'tombstone')],
    ['CUT-2', 'when its share is destroyed', (kiosk) => step(kiosk, 'device-share')],
    ['CUT-3', 'when the journal is erased', (kiosk) => step(kiosk, 'journal')],
    ['CUT-4', 'before the last step', (kiosk) => step(kiosk, 'crash-dumps')],
    ['CUT-5', 'at a random moment', (_, random) => pause(random() * 60)],
    ['CUT-6', 'at another random moment', (_, random) => pause(random() * 250)],
  ];

  test.each(moments)('S9 %s, cut off %s, ends in dead and stays there', async (name, _when, moment) => {
    const { kiosk, device } = await newLaptop(name);
    const number = Number(name.slice(-1));
    const due = moment(kiosk, seededRandom(seed + number));
    // One officer alone may brick no more than three laptops an hour (S7).
    const { id } = await orderFor(world, number % 2 === 0 ? officer : otherOfficer, 'brick', device);
    await due;
    await kiosk.powerOff('cut');
    found.push(tombstoneOf(kiosk));
    await kiosk.powerOn();
    await kiosk.shows('dead');
    expect(existsSync(join(kiosk.dataFolder, 'record'))).toBe(false);
    expect(existsSync(join(kiosk.dataFolder, 'journal'))).toBe(false);
    await untilOrder(officer, id, 'executed');
    await until('nothing is connected any more', async () => outgoingConnections(kiosk.pid).length === 0);
    await kiosk.powerOff('cut');
    await kiosk.powerOn();
    await kiosk.shows('dead');
    await kiosk.close();
  });

  test('S9 some of those cuts fell in the middle of the wipe', () => {
    expect(found).toHaveLength(moments.length);
    expect(found).toContain('wiping');
  });

  test('S36 left to itself, the client starts anew by itself after a brick, once, into dead', async () => {
    const kiosk = await Kiosk.start({ desktop, disk: 'ANEW', startsItself: true });
    await kiosk.enrol(await writeTicket(officer, 'ANEW'));
    await kiosk.page.getByTestId('pairing-code').waitFor();
    const first = kiosk.pid;
    const devices = [await findLaptop(officer, 'ANEW')];
    const task = await officer.must('draftOrder', { body: { order: 'brick', devices, reason: 'A test of it' } });
    const approve = async (by: ConsoleClient): Promise<number> => {
      const body = { approval: approvalOf(task, by, approverOf(world)) };
      return (await by.must('approveOrder', { params: { id: task.id }, body })).orders.length;
    };
    // After the bricks above it takes both of them (S7).
    if ((await approve(officer)) === 0) await approve(otherOfficer);
    const clients = (): number[] => allProcesses().filter((pid) => pid !== first && isClientOn(pid, kiosk.dataFolder));
    const next = await until('there is a new client', async () => clients()[0]);
    await until('the old one is gone', async () => processTree(first).length === 0);
    await until('the proof is delivered', async () => deliveredFrom(kiosk));
    await until('it has a window', async () => (await windowsOn(desktop)).length === 1);
    await pause(3000);
    expect([clients(), tombstoneOf(kiosk)]).toEqual([[next], 'dead']);
    process.kill(next, 'SIGKILL');
    await until('it is gone', async () => clients().length === 0);
    await kiosk.powerOff();
    await kiosk.powerOn();
    await kiosk.shows('dead');
    await kiosk.close();
  });

  describe('one laptop', () => {
    let kiosk: Kiosk;
    let device: string;
    let appointment: ConsoleAppointment;

    beforeAll(async () => {
      ({ kiosk, device } = await newLaptop('HB-07'));
      const booking = { patient: 'A1234BC', laptop: 'HB-07', consultant: cast.consultant, inMinutes: 2 };
      appointment = await bookFor(nurse, booking);
    });

    afterAll(async () => {
      await kiosk.close();
    });

    const executions = async (order: string): Promise<number> => {
      const rows = await database.run(
        `select 1 from audit where action = 'order.executed' and detail->>'order' = '${order}'`,
      );
      return rows.length;
    };
    const seats = async (): Promise<number> => (await database.run('select 1 from seats')).length;
    const untilJoined = async (): Promise<void> => {
      const join = () => kiosk.page.evaluate(() => window.sallyport.invoke('join', {}));
      await until('the laptop has joined', async () => (await join()).ok);
      await kiosk.shows('waiting');
    };

    test('S9 control killed with an order on its way: it is executed once, whatever was lost', async () => {
      process.kill(kiosk.pid, 'SIGSTOP');
      const { id, state } = await orderFor(world, officer, 'suspend', device);
      expect(state).toBe('queued');
      await world.control().stop('SIGKILL');
      process.kill(kiosk.pid, 'SIGCONT');
      await world.restartControl();
      await untilOrder(officer, id, 'executed');
      await kiosk.shows('suspended');
      expect(await executions(id)).toBe(1);
    });

    test('S9 an order queued for a laptop that is off survives control’s death, and is executed once', async () => {
      await kiosk.powerOff('cut');
      const { id } = await orderFor(world, officer, 'resume', device);
      await world.restartControl('SIGKILL');
      await kiosk.powerOn();
      await untilOrder(officer, id, 'executed');
      await kiosk.shows('inert');
      expect(await executions(id)).toBe(1);
    });

    test('S16 control killed while the laptop is in a room: it is out of it, its seat is free, and it can come back', async () => {
      await kiosk.page.getByTestId('pairing-code').waitFor();
      await openFor(world, nurse, kiosk, appointment.id);
      await untilJoined();
      expect(await seats()).toBe(1);
      await world.restartControl('SIGKILL');
      await kiosk.shows('open');
      await kiosk.page.getByTestId('notice').getByText('The connection to the consultation was lost.').waitFor();
      await until('the seat is free', async () => (await seats()) === 0);
      await untilJoined();
    });

    test('S16 media workers killed: the room ends in words for both, and can be joined again', async () => {
      const knocked = await openRoomSocket(consultant.origin, {
        origin: consultant.origin,
        cookie: consultant.cookie,
      });
      if (!('socket' in knocked)) throw new Error('the consultant was turned away');
      const proof = await proofFor(world, consultant, appointment.id);
      await askRoom(knocked.socket, 'room.join', { room: appointment.id, proof });
      const told = new Promise<string>((resolve) => {
        knocked.socket.on('message', (data: Buffer) => {
          const text = data.toString('utf8');
          if (text.includes('room.ended')) resolve(text);
        });
      });
      const workers = processTree(world.control().pid).filter((pid) => commandOf(pid).includes('mediasoup-worker'));
      expect(workers.length).toBeGreaterThan(0);
      for (const pid of workers) process.kill(pid, 'SIGKILL');
      await kiosk.shows('open');
      await kiosk.page.getByTestId('notice').getByText('The service closed the consultation.').waitFor();
      expect(await told).toContain('"reason":"server"');
      knocked.socket.terminate();
      await untilJoined();
    });

    test('S10 PostgreSQL crashing under a room: the room goes on, control answers again, the chain holds', async () => {
      const [victim] = await database.run(
        `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
      );
      process.kill(Number(victim?.['pid']), 'SIGKILL');
      await until('the database is back', async () => {
        const rows = await database.run('select 1').catch(() => []);
        return rows.length === 1;
      });
      await until('control is ready', async () => {
        const answer = await officer.call('fleetDevices', {}).catch(() => undefined);
        return answer?.ok;
      });
      await kiosk.shows('waiting');
      const verified = await until('the chain can be read', async () => {
        const { code, output } = await runControl(world.configuration, 'audit', 'verify');
        return code === 0 && output;
      });
      expect(verified).toContain('The audit chain holds');
    });

    /** The screen, read through the main process: the driver's own hand in the page died with it. */
    const screenNow = (): Promise<unknown> =>
      kiosk.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]
          ?.webContents.executeJavaScript(`document.querySelector('[data-testid="screen"]')?.dataset.screen`)
          .catch(() => undefined),
      );
    const killPage = async (then: ScreenName): Promise<void> => {
      const renderers = processTree(kiosk.pid).filter((pid) => commandOf(pid).includes('--type=renderer'));
      expect(renderers.length).toBeGreaterThan(0);
      for (const pid of renderers) process.kill(pid, 'SIGKILL');
      const isNew = (pid: number) => commandOf(pid).includes('--type=renderer') && !renderers.includes(pid);
      await until('there is a new page', async () => processTree(kiosk.pid).some(isNew));
      await until(`it shows ${then}`, async () => (await screenNow()) === then);
    };

    test('S12 S16 the page’s process killed in a room: out of the room, open, and the page is back', async () => {
      await killPage('open');
      await until('the seat is free', async () => (await seats()) === 0);
      await nurse.must('lockDevice', { params: { id: device }, body: {} });
      await until('it shows inert', async () => (await screenNow()) === 'inert');
    });

    test('S12 the page’s process killed while inert: the page is back, inert', async () => {
      await killPage('inert');
      await kiosk.powerOff();
      await kiosk.powerOn();
      await kiosk.shows('inert');
    });

    test('S1 S16 an open laptop that loses control for good locks itself', async () => {
      await kiosk.page.getByTestId('pairing-code').waitFor();
      await openFor(world, nurse, kiosk, appointment.id);
      await world.control().stop('SIGKILL');
      await kiosk.shows('inert');
      await kiosk.page.getByText('The laptop locked itself because it lost its connection.').waitFor();
      await world.restartControl();
      await kiosk.page.getByTestId('pairing-code').waitFor();
    });

    test('S1 S8 power cut while open: inert at the next start, and nothing of the appointment on its screen', async () => {
      await openFor(world, nurse, kiosk, appointment.id);
      await kiosk.powerOff('cut');
      await kiosk.powerOn();
      await kiosk.shows('inert');
      await kiosk.page.getByText('The laptop was started again, so it locked itself.').waitFor();
      expect(await kiosk.page.content()).not.toContain('A1234BC');
    });
  });

  test('S8 a laptop without a key store is not used, and says so', async () => {
    const kiosk = await Kiosk.start({ keyring: false });
    await kiosk.shows('refused');
    expect(await kiosk.page.getByTestId('reason').innerText()).toBe('The laptop has no safe place to keep its keys.');
    expect(await kiosk.page.getByTestId('start-code').innerText()).toBe('K1');
    const answer = await kiosk.page.evaluate(() => window.sallyport.invoke('enrol', { ticket: 'x' }));
    expect(answer).toEqual({ ok: false, refusal: { reason: 'wrong-state' } });
    expect(existsSync(join(kiosk.dataFolder, 'record'))).toBe(false);
    expect(outgoingConnections(kiosk.pid)).toEqual([]);
    await kiosk.close();
  });
});

/** Waits for the line of the log that says that a step of the wipe is done. */
function step(kiosk: Kiosk, name: string): Promise<unknown> {
  return kiosk.logs((line) => line['msg'] === 'wipe' && line['step'] === name);
}

const tombstoneFile = ({ dataFolder }: Kiosk): string => join(dataFolder, 'tombstone', 'tombstone.json');

function tombstoneOf(kiosk: Kiosk): string {
  if (!existsSync(tombstoneFile(kiosk))) return 'none';
  return (JSON.parse(readFileSync(tombstoneFile(kiosk), 'utf8')) as { phase: string }).phase;
}

function deliveredFrom(kiosk: Kiosk): boolean {
  return (JSON.parse(readFileSync(tombstoneFile(kiosk), 'utf8')) as { delivered: boolean }).delivered;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
function seededRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The client's own process, none of those that it starts. */
function isClientOn(pid: number, dataFolder: string): boolean {
  const command = commandOf(pid);
  return command.includes(`--sallyport-data=${dataFolder}`) && !command.includes('--type=');
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
