import { renderToStaticMarkup } from 'react-dom/server';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { inConsole } from '../ui/testing.tsx';
import { AppointmentTable, NextUp } from './AppointmentTable.tsx';
import { AppointmentActions } from './AppointmentActions.tsx';
import { unacknowledged } from './KeyAlerts.tsx';
import { changeOf, meet, withField } from './meeting.ts';
import { ChangedMeanwhile, DifferenceNote } from './ChangedMeanwhile.tsx';
import { appointmentWith, halfPastTwo, ids } from './testing.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

function shown(content: ReactNode, language = 'en'): string {
  vi.stubGlobal('localStorage', { getItem: () => language });
  const page = renderToStaticMarkup(inConsole(content, { now: halfPastTwo }));
  // The live region that every page ends with says nothing yet.
  return page.replace(/<div role="status"[^>]*data-testid="announcements">.*$/, '');
}
const nothing = () => undefined;
/** What a page says, without its tags. */
const words = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
const linksOf = (page: string) => [...page.matchAll(/data-testid="([^"]+)"/g)].map(([, id]) => id);
const day = '2026-07-15';

describe('an appointment on the list (S45)', () => {
  test('that can begin now stands in front, with one way to open its laptop, named in both languages', () => {
    const appointment = appointmentWith();
    const page = shown(<NextUp appointment={appointment} onProblem={nothing} />);
    expect(page.match(/data-testid="open-laptop"/g)).toHaveLength(1);
    expect(page).toContain(`href="#/open/${day}/${ids.appointment}"`);
    expect(words(page)).toContain('Open laptop Patient A1234BC');
    expect(words(shown(<NextUp appointment={appointment} onProblem={nothing} />, 'cy'))).toContain(
      'Agor gliniadur Claf A1234BC',
    );
  });

  test('offers what can be done with it as it stands, and nothing else', () => {
    const actionsOf = (changes: Parameters<typeof appointmentWith>[0], startsAt?: number) =>
      linksOf(shown(<AppointmentActions appointment={appointmentWith(changes, startsAt)} onProblem={nothing} />));
    expect(actionsOf({})).toEqual(['open-laptop', 'change-appointment', 'cancel-appointment']);
    expect(actionsOf({}, halfPastTwo + 86_400_000)[0]).toBe('appointment-details');
    expect(actionsOf({ phase: 'debrief', asksForStaff: true })).toEqual(['open-laptop', 'debrief-code-link']);
    expect(actionsOf({ cancelledAt: halfPastTwo })).toEqual(['appointment-details']);
  });

  test('says in words how it ended', () => {
    const ended = [
      appointmentWith({ phase: 'ended', endReason: 'no-consent' }),
      appointmentWith({ id: 'other', phase: 'ended', endReason: 'declined-rebook' }),
    ];
    const page = words(shown(<AppointmentTable appointments={ended} onProblem={nothing} />));
    expect(page).toContain('The patient did not agree to the consultation.');
    expect(page).toContain('Book another time.');
  });

  test('keeps names to their own direction of writing', () => {
    const page = shown(
      <AppointmentTable appointments={[appointmentWith({ patientName: 'أحمد' })]} onProblem={nothing} />,
    );
    expect(page).toContain('<bdi class="app-detail">أحمد</bdi>');
  });
});

describe('a form that somebody else was quicker with (S37)', () => {
  const choices = {
    consultants: [{ id: ids.consultant, name: 'Dr Rao' }],
    devices: [{ id: ids.device, name: 'HB-07' }],
  };
  const mine = withField(changeOf(appointmentWith()), 'patientName', 'Alex Mine');
  const met = meet(mine, appointmentWith({ revision: 2, patientName: 'Alex Theirs', patientReference: 'B1' }));

  test('says what they changed, and leads to each field', () => {
    const page = shown(<ChangedMeanwhile change={met} choices={choices} takesFocus={false} onChange={nothing} />);
    expect(words(page)).toContain('Patient’s name: now Alex Theirs');
    expect(page).toContain('href="#patientReference"');
  });

  test('shows theirs beside each field, to take or to leave', () => {
    const noteOn = (field: 'patientName' | 'patientReference' | 'time') =>
      words(shown(<DifferenceNote field={field} change={met} choices={choices} onField={nothing} />));
    expect(noteOn('patientName')).toContain('Somebody else set this to “Alex Theirs”.');
    expect(noteOn('patientReference')).toContain('from “A1234BC” to “B1”');
    expect(noteOn('time')).toBe('');
  });
});

test('next steps that nobody has acknowledged wait, the oldest first (S43)', () => {
  const steps = { steps: [], recordedAt: halfPastTwo, acknowledged: null };
  const waiting = appointmentWith({ id: 'waiting', nextSteps: steps });
  const older = appointmentWith({ id: 'older', nextSteps: steps }, halfPastTwo - 86_400_000);
  const read = appointmentWith({ id: 'read', nextSteps: { ...steps, acknowledged: { by: 'Nia', at: halfPastTwo } } });
  expect(unacknowledged([waiting, appointmentWith(), read, older]).map(({ id }) => id)).toEqual(['older', 'waiting']);
});
