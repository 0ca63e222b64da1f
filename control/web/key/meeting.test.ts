import { describe, expect, test } from 'vitest';
import { changeOf, isSaved, meet, withField, withTheirs } from './meeting.ts';
import { appointmentWith, halfPastTwo, ids } from './testing.ts';

const before = appointmentWith();
const opened = changeOf(before);
const mine = withField(opened, 'patientName', 'Alex Mine');

describe('two people who change one appointment (S37)', () => {
  test('lose nothing: what only the other changed is theirs, what only I typed is mine', () => {
    const met = meet(mine, appointmentWith({ revision: 2, patientReference: 'THEIRS' }));
    expect(met.fields).toMatchObject({ patientReference: 'THEIRS', patientName: 'Alex Mine' });
    expect(met.base.revision).toBe(2);
  });

  test('see what the other changed, whether it was taken or not', () => {
    const met = meet(mine, appointmentWith({ revision: 2, patientName: 'Alex Theirs', nhsNumber: '9434765919' }));
    expect(met.differences).toEqual([
      { field: 'patientName', was: 'Alex Example', theirs: 'Alex Theirs' },
      { field: 'nhsNumber', was: '', theirs: '943 476 5919' },
    ]);
    expect(met.fields).toMatchObject({ patientName: 'Alex Mine', nhsNumber: '943 476 5919' });
  });

  test('can take everything as the other has it', () => {
    const met = meet(mine, appointmentWith({ revision: 2, patientName: 'Alex Theirs' }, halfPastTwo + 3_600_000));
    expect(met.fields).toMatchObject({ patientName: 'Alex Mine', time: '15:30' });
    expect(isSaved(met)).toBe(false);
    expect(isSaved(withTheirs(met))).toBe(true);
  });

  test('who typed the same have no difference', () => {
    const met = meet(mine, appointmentWith({ revision: 2, patientName: 'Alex Mine' }));
    expect(met.differences).toEqual([]);
    expect(isSaved(met)).toBe(true);
  });

  test('are told of every further change, against what stood when they began', () => {
    const once = meet(mine, appointmentWith({ revision: 2, patientName: 'Alex Theirs', patientReference: 'B' }));
    const twice = meet(once, appointmentWith({ revision: 3, patientName: 'Alex Again', patientReference: 'C' }));
    expect(twice.differences).toEqual([
      { field: 'patientReference', was: 'A1234BC', theirs: 'C' },
      { field: 'patientName', was: 'Alex Example', theirs: 'Alex Again' },
    ]);
    expect(twice.fields).toMatchObject({ patientReference: 'C', patientName: 'Alex Mine' });
    const back = meet(twice, appointmentWith({ revision: 4, patientName: 'Alex Example', patientReference: 'C' }));
    expect(back.differences.map(({ field }) => field)).toEqual(['patientReference']);
  });

  test('learn that it was cancelled, moved to another laptop, consultant or length', () => {
    const device = { id: ids.otherDevice, name: 'HB-08' };
    const consultant = { id: ids.otherConsultant, name: 'Dr Two', hospital: 'Example Infirmary' };
    const theirs = appointmentWith({ revision: 2, cancelledAt: halfPastTwo, device, consultant });
    const met = meet(mine, { ...theirs, endsAt: theirs.startsAt + 45 * 60_000 });
    expect(met.isCancelled).toBe(true);
    expect(met.differences.map(({ field }) => field)).toEqual(['consultant', 'device', 'minutes']);
    expect(met.fields).toMatchObject({ device: ids.otherDevice, minutes: '45' });
  });
});
