import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rewriteHistory } from '../../control/src/audit/testing.ts';
import { ConsoleClient } from '../harness/console-client.ts';
import { openControlDatabase, type ControlDatabase } from '../harness/control-database.ts';
import { runControl } from '../harness/control-process.ts';
import { bookFor, openFor, until, writeTicket } from '../harness/errands.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { cast, createWorld, type World } from '../harness/world.ts';

/** T7: whoever owns control, its database and its audit key rewrites the record that a real laptop has countersigned. */
describe('the record rewritten', () => {
  let world: World;
  let kiosk: Kiosk;
  let database: ControlDatabase;
  /** What an auditor took home before. */
  let kept: string;

  const exportTo = async (name: string): Promise<string> => {
    const file = join(world.folder, name);
    const { code, output } = await runControl(world.configuration, 'audit', 'export', '--to', file);
    expect({ code, output }).toMatchObject({ code: 0 });
    return file;
  };
  const check = (file: string, ...more: string[]): Promise<{ code: number; output: string }> =>
    runControl(world.configuration, 'audit', 'check', '--export', file, ...more);

  beforeAll(async () => {
    world = await createWorld();
    const officer = await ConsoleClient.signIn(world, 'officer');
    kiosk = await Kiosk.start();
    await kiosk.enrol(await writeTicket(officer, 'HB-07'));
    const nurse = await ConsoleClient.signIn(world, 'nurse');
    const booking = { patient: 'CANARY8080', laptop: 'HB-07', consultant: cast.consultant, inMinutes: 2 };
    const { id } = await bookFor(nurse, booking);
    await openFor(world, nurse, kiosk, id);
    await kiosk.page.getByTestId('lock').click();
    await kiosk.shows('inert');
    database = await openControlDatabase(world);
    // The laptop countersigns what it is shown at each contact.
    await until('the laptop has countersigned its own opening', async () => {
      await kiosk.powerOff('cut');
      await kiosk.powerOn();
      await kiosk.page.getByTestId('pairing-code').waitFor();
      const [opened] = await database.run(
        `select max(number)::int as number from audit where action = 'device.opened'`,
      );
      const [signed] = await database.run('select max(size)::int as size from countersignatures');
      return Number(signed?.['size'] ?? 0) >= Number(opened?.['number'] ?? Infinity);
    });
    kept = await exportTo('kept.jsonl');
    // Control's own cluster ends with it; the attacker starts the same data again.
    await database.close();
    await world.control().stop();
    database = await openControlDatabase(world);
  });

  afterAll(async () => {
    await database.close();
    await kiosk.close();
    await world.close();
  });

  test('S27 as it was written it holds, for somebody with nothing but the export; it names no patient', async () => {
    const { code, output } = await check(kept);
    expect(output).toContain('The record holds');
    expect(code).toBe(0);
    expect(await readFile(kept, 'utf8')).not.toContain('CANARY8080');
  });

  test('S27 one changed letter in the export is named', async () => {
    const text = await readFile(kept, 'utf8');
    const forged = join(world.folder, 'forged.jsonl');
    await writeFile(forged, text.replace('"name":"Nia Nurse"', '"name":"Nea Nurse"'));
    expect(await readFile(forged, 'utf8')).not.toBe(text);
    const { code, output } = await check(forged);
    expect(code).toBe(1);
    expect(output).toMatch(/Entry \d+ /);
  });

  test('S27 the opening of a laptop written out of history, everything signed anew: what people kept names it', async () => {
    await rewriteHistory(database.tables, (entries) => entries.filter(({ action }) => action !== 'device.opened'));
    const { code: unaware } = await runControl(world.configuration, 'audit', 'verify');
    // The chain alone is sound again: that is what the laptops' countersignatures are for.
    expect(unaware).toBe(0);
    const rewritten = await exportTo('rewritten.jsonl');
    const { code, output } = await check(rewritten, '--head', kept);
    expect(code).toBe(1);
    expect(output).toMatch(/Entry \d+ /);
  });
});
