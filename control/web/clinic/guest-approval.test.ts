import { describe, expect, test } from 'vitest';
import { encodeStatement, toBase64url } from '@sallyport/protocol';
import type { Join, Statement } from '@sallyport/protocol';
import { mediaKey, TestFleet } from '../ui/trust-testing.ts';
import { letsIn } from './guest-approval.ts';

const now = Date.UTC(2026, 10, 22, 9);
const fleet = await TestFleet.create(now);
const guest = { kind: 'interpreter', id: crypto.randomUUID(), name: 'Ines Interpreter' } as const;
const { prison, laptop } = fleet;
const site = fleet.hospital;
const appointment = { id: fleet.appointment, device: laptop, prison };
const person = { site: { ...site, kind: 'hospital' } } as const;
const key = await mediaKey();
const join = fleet.join(key, { participant: { ...guest, site } });
const taskOf = (statement: Statement) => ({ statement: toBase64url(encodeStatement(statement)) });
const asked = (changes: Partial<Join> = {}) => letsIn(taskOf({ ...join, ...changes }), appointment, guest, person);

describe('S38 what a consultant is asked to approve for a guest', () => {
  test('is this guest, in this consultation, with this laptop, as a guest of their own hospital', () => {
    expect(asked()).toBe(true);
  });

  test.each<[string, Partial<Join>]>([
    ['another guest', { participant: { ...guest, id: crypto.randomUUID(), site } }],
    ['another name', { participant: { ...guest, name: 'Ian Impostor', site } }],
    ['another kind', { participant: { ...guest, kind: 'clinician', site } }],
    ['themselves', { participant: fleet.join(key).participant }],
    ['another hospital', { participant: { ...guest, site: { id: crypto.randomUUID(), name: 'Example Infirmary' } } }],
    ['another consultation', { appointment: crypto.randomUUID() }],
    ['another laptop', { device: { ...laptop, name: 'HB-08', prison } }],
    ['another prison', { device: { ...appointment.device, prison: { ...prison, name: 'HMP Elsewhere' } } }],
  ])('is never %s', (_what, changes) => {
    expect(asked(changes)).toBe(false);
  });

  test('is never what cannot be read', () => {
    for (const task of [taskOf(fleet.roster), { statement: 'AAAA' }, { statement: '!' }]) {
      expect(letsIn(task, appointment, guest, person)).toBe(false);
    }
  });
});
