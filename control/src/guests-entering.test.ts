import { randomUUID } from 'node:crypto';
import type { GuestView } from '@sallyport/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleFleet, samplePerson } from '../../test/harness/sample-fleet.ts';
import { createGuestsWorld, type GuestOf, type GuestsWorld } from './guests-world-testing.ts';
import { Refused, type Caller } from './http/handlers.ts';
import { consoleOrigin, insertPerson, type TestBrowser } from './staff-world-testing.ts';

const minute = 60_000;
const fleet = sampleFleet(Date.now() - minute);
/** Another consultant of the same hospital. */
const locum = samplePerson('Dr Locum');
const hospitalRoster = { ...fleet.hospitalRoster, people: [...fleet.hospitalRoster.people, locum.named] };

let world: GuestsWorld;
beforeAll(async () => {
  world = await createGuestsWorld(
    { ...fleet, hospitalRoster },
    {
      manifest: fleet.approved(fleet.manifest, fleet.people.trustee),
      roster: fleet.approved(fleet.roster, fleet.people.prisonManager),
      hospitalRoster: fleet.approved(hospitalRoster, fleet.people.hospitalManager),
    },
  );
  await insertPerson(world.staff.database.db, locum.named, 'consultant', fleet.hospital);
});
afterAll(() => world.close());

const secrets = new Set<string>();
/** Asks for a link, whose secrets nothing else may ever hold. */
const invited = async (of: GuestOf): ReturnType<GuestsWorld['invite']> => {
  const link = await world.invite(of);
  for (const secret of [link.token, link.code]) secrets.add(secret);
  return link;
};
/** A source of its own for each test: five tries are nothing to a limit that counts sources. */
let sources = 0;
const newBrowser = (): TestBrowser => {
  sources += 1;
  return world.browser(`10.0.${Math.trunc(sources / 200)}.${sources % 200}`);
};
const enterWith = async (given: { token: string; code: string; mediaKey?: string }, browser = newBrowser()) => {
  const answer = await world.enter(browser, given);
  return answer.statusCode === 200 ? answer.json<GuestView>().guest.state : answer.json<{ reason: string }>();
};
const stateOf = async (browser: TestBrowser): Promise<string> => {
  const answer = await browser.ask('GET', '/api/guest');
  const { view, reason } = answer.json<{ view?: GuestView; reason?: string }>();
  return view?.guest.state ?? reason ?? '';
};
const wrong = (code: string): string => (code.startsWith('0') ? `1${code.slice(1)}` : `0${code.slice(1)}`);
const cancel = ({ appointment }: GuestOf) =>
  world.staff.database.db
    .updateTable('appointments')
    .set({ cancelled_at: new Date() })
    .where('id', '=', appointment)
    .execute();
const atTime = async <T>(offset: number, act: () => Promise<T>): Promise<T> => {
  world.staff.clock.offset += offset;
  try {
    return await act();
  } finally {
    world.staff.clock.offset -= offset;
  }
};

describe('S38 a guest’s link', () => {
  test('is given out by healthcare of the prison and by the booked consultant, with a code of its own', async () => {
    for (const by of ['nurse', 'consultant'] as const) {
      const of = await world.book();
      const { link, code, expiresAt } = await world.invite(of, by);
      expect(link).toMatch(new RegExp(`^${consoleOrigin}/guest/#[A-Za-z0-9_-]{43}$`));
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{6}$/);
      expect(expiresAt).toBeGreaterThan(world.staff.clock.now());
    }
  });

  test('exists nowhere but in that answer: control keeps digests, and log and record hold neither link nor code', async () => {
    const of = await world.book();
    const { token, code } = await invited(of);
    const kept = await world.row(of);
    expect(JSON.stringify(Object.values(kept).map(String))).not.toContain(token);
    expect(kept['link']).toBeInstanceOf(Buffer);
    expect(String(kept['code'])).not.toContain(code);
    const [entry] = (await world.staff.entries('guest.invited')).slice(-1);
    expect(entry).toMatchObject({
      actor: { name: 'Nia Nurse' },
      subject: of.appointment,
      detail: { guest: of.guest, kind: 'interpreter', name: 'Ines Interpreter' },
    });
    for (const secret of [token, code]) expect(JSON.stringify(entry)).not.toContain(secret);
  });

  test('is nobody else’s to give: not another consultant’s, another prison’s, another appointment’s guest', async () => {
    const of = await world.book();
    const caller = (person: Partial<Caller['person']>): Caller => ({
      session: 's',
      person: { id: randomUUID(), name: 'Somebody', role: 'healthcare', site: null, ...person },
    });
    const elsewhere = { id: randomUUID(), name: 'HMP Elsewhere', kind: 'prison' } as const;
    const params = { id: of.appointment, guest: of.guest };
    for (const other of [
      caller({ site: elsewhere }),
      caller({ id: locum.named.id, role: 'consultant' }),
      caller({ role: 'manager', site: { id: fleet.prison, name: 'HMP Exemplar', kind: 'prison' } }),
    ]) {
      expect(await world.routes.inviteGuest({ params, body: {} }, other)).toEqual(new Refused('not-found'));
    }
    const another = await world.book();
    await expect(world.invite({ ...of, appointment: another.appointment })).rejects.toThrow('not-found');
    expect(await world.row(of)).toMatchObject({ link: null });
  });

  test('is not given for a consultation that is cancelled, has ended, or is over', async () => {
    const cancelled = await world.book();
    await cancel(cancelled);
    await expect(world.invite(cancelled)).rejects.toThrow('wrong-state');
    const over = await world.book({ opensIn: -40 * minute });
    await expect(world.invite(over)).rejects.toThrow('too-late');
  });

  test('makes every earlier one void, and the place of whoever came by it', async () => {
    const of = await world.book();
    const first = await invited(of);
    const second = await invited(of);
    expect(await enterWith(first)).toEqual({ reason: 'link-void' });
    const browser = newBrowser();
    expect(await enterWith(second, browser)).toBe('waiting');
    const third = await invited(of);
    expect(await stateOf(browser)).toBe('not-signed-in');
    expect(await enterWith(third)).toBe('waiting');
  });
});

describe('S38 a guest enters', () => {
  test('by the link with its code, as people type it; then the browser is the guest’s by a cookie of its own', async () => {
    const of = await world.book({ kind: 'clinician', name: 'Dr Second' });
    const { token, code } = await invited(of);
    const browser = newBrowser();
    const answer = await world.enter(browser, { token, code: `${code.slice(0, 3)} ${code.slice(3).toLowerCase()}` });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['set-cookie']).toMatch(
      /^sallyport-guest-local=[A-Za-z0-9_-]{43}; Path=\/api\/guest; HttpOnly; SameSite=Strict$/,
    );
    const view = answer.json<GuestView>();
    expect(view).toMatchObject({
      guest: { id: of.guest, kind: 'clinician', name: 'Dr Second', state: 'waiting' },
      appointment: { consultant: { name: 'Dr Rao', hospital: 'Example Infirmary' }, prison: 'HMP Exemplar' },
    });
    // Nothing of the patient, the laptop or the booking.
    expect(JSON.stringify(view)).not.toMatch(/Pat Patient|P-1|HB-07/);
    expect(await stateOf(browser)).toBe('waiting');
    const [entry] = (await world.staff.entries('guest.entered')).slice(-1);
    expect(entry).toMatchObject({ subject: of.appointment, actor: { kind: 'person', name: 'Dr Second' } });
    const cookie = browser.cookie?.split('=')[1] ?? '';
    expect(JSON.stringify(await world.row(of))).not.toContain(cookie);
  });

  test('once: a link used twice or forwarded is void for the second browser, and the first goes on', async () => {
    const of = await world.book();
    const link = await invited(of);
    const first = newBrowser();
    expect(await enterWith(link, first)).toBe('waiting');
    expect(await enterWith(link)).toEqual({ reason: 'link-void' });
    expect(await enterWith(link, first)).toEqual({ reason: 'link-void' });
    expect(await stateOf(first)).toBe('waiting');
  });

  test('once, by any race', async () => {
    const link = await invited(await world.book());
    const all = await Promise.all(Array.from({ length: 8 }, () => enterWith(link)));
    expect(all.filter((each) => each === 'waiting')).toHaveLength(1);
    expect(all.filter((each) => each !== 'waiting')).toEqual(
      Array.from({ length: 7 }, () => ({ reason: 'link-void' })),
    );
  });

  test('not with a wrong code: it says how many tries are left, and after the fifth the link is void', async () => {
    const of = await world.book();
    const { token, code } = await invited(of);
    for (const triesLeft of [4, 3, 2, 1]) {
      expect(await enterWith({ token, code: wrong(code) })).toEqual({ reason: 'wrong-code', triesLeft });
    }
    expect(await enterWith({ token, code: wrong(code) })).toEqual({ reason: 'link-void' });
    expect(await enterWith({ token, code })).toEqual({ reason: 'link-void' });
    const [entry] = (await world.staff.entries('guest.link-void')).slice(-1);
    expect(entry).toMatchObject({ subject: of.appointment, detail: { guest: of.guest } });
  });

  test('not by guessing at once: five guesses are five, however they come', async () => {
    const { token, code } = await invited(await world.book());
    const guesses = await Promise.all(Array.from({ length: 12 }, () => enterWith({ token, code: wrong(code) })));
    const reasons = guesses.map((each) => (typeof each === 'string' ? each : each.reason));
    expect(reasons.filter((reason) => reason === 'wrong-code')).toHaveLength(4);
    expect(reasons.filter((reason) => reason === 'link-void')).toHaveLength(8);
  });

  test('not by the code of another link', async () => {
    const [one, other] = [await invited(await world.book()), await invited(await world.book())];
    expect(await enterWith({ token: one.token, code: other.code })).toMatchObject({ reason: 'wrong-code' });
  });

  test('not too early: it says when, tells nobody whether the code is right, and does not use the link up', async () => {
    const { token, code } = await invited(await world.book({ opensIn: 30 * minute }));
    for (const tried of [code, wrong(code), wrong(code), wrong(code), wrong(code), wrong(code)]) {
      const answer = (await enterWith({ token, code: tried })) as { reason: string; retryAfter: number };
      expect(answer.reason).toBe('too-early');
      expect(Math.abs(answer.retryAfter - 30 * 60)).toBeLessThan(30);
    }
    expect(await atTime(31 * minute, () => enterWith({ token, code }))).toBe('waiting');
  });

  test('not too late, and not for a consultation that was cancelled', async () => {
    const of = await world.book();
    const { token, code } = await invited(of);
    expect(await atTime(40 * minute, () => enterWith({ token, code }))).toEqual({ reason: 'too-late' });
    await cancel(of);
    expect(await enterWith({ token, code })).toEqual({ reason: 'not-found' });
  });

  test('not without a key of the page’s own, nor by a token nobody gave out', async () => {
    const { token, code } = await invited(await world.book());
    const mediaKey = Buffer.alloc(65, 4).toString('base64url');
    expect(await enterWith({ token, code, mediaKey })).toEqual({ reason: 'malformed' });
    expect(await enterWith({ token: Buffer.alloc(32, 9).toString('base64url'), code })).toEqual({
      reason: 'link-void',
    });
    expect(await enterWith({ token, code })).toBe('waiting');
  });

  test('each try is counted by where it comes from, and the first of a minute is on the record', async () => {
    const browser = world.browser('192.0.2.7');
    const { token, code } = await invited(await world.book());
    await enterWith({ token, code: wrong(code) }, browser);
    const [entry] = (await world.staff.entries('guest.refused')).slice(-1);
    expect(entry).toMatchObject({ detail: { source: '192.0.2.7', reason: 'wrong-code', count: 1 } });
    const unknown = Buffer.alloc(32, 8).toString('base64url');
    const answers: string[] = [];
    for (let count = 0; count < 40; count += 1) {
      const answer = await enterWith({ token: unknown, code }, browser);
      answers.push(typeof answer === 'string' ? answer : answer.reason);
    }
    expect(answers.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'link-void'));
    expect(answers.at(-1)).toBe('too-many');
  });

  test('the log holds no link, no code, no cookie and nobody’s name (S19)', () => {
    const logged = world.staff.logged();
    for (const secret of [...secrets, 'Ines Interpreter', 'sallyport-guest-local']) {
      expect(logged).not.toContain(secret);
    }
  });
});
