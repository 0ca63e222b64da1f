import { renderToStaticMarkup } from 'react-dom/server';
import type { ReactNode } from 'react';
import type { ConsoleDevice } from '@sallyport/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isOverdue, overdueOf } from './custody.ts';
import { CustodyNote } from './CustodyNote.tsx';
import { OverdueBanner } from './OverdueBanner.tsx';
import { inConsole } from './testing.tsx';

const minute = 60_000;
const now = Date.UTC(2026, 6, 15, 12);

function device(name: string, away?: { dueAt: number; overdue?: boolean }): ConsoleDevice {
  return {
    id: name,
    name,
    site: { id: 'site', name: 'HMP Exemplar' },
    connected: true,
    state: 'inert',
    lastSeenAt: now,
    room: null,
    shareDestroyedAt: null,
    lease: null,
    rolledBackAt: null,
    damagedAt: null,
    erasure: null,
    check: null,
    custody:
      away === undefined
        ? null
        : {
            holder: 'Owain Officer',
            place: 'B wing',
            takenAt: now - 60 * minute,
            by: 'Nia Nurse',
            overdue: away.overdue ?? false,
            dueAt: away.dueAt,
          },
  };
}

function shown(content: ReactNode, language = 'en'): string {
  vi.stubGlobal('localStorage', { getItem: () => language });
  return renderToStaticMarkup(inConsole(content, { now }));
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a laptop that is away', () => {
  test('is overdue as soon as control says so or its time has gone by, without loading the page anew (S44)', () => {
    expect(isOverdue({ overdue: false, dueAt: now }, now)).toBe(false);
    expect(isOverdue({ overdue: false, dueAt: now }, now + 1)).toBe(true);
    expect(isOverdue({ overdue: true, dueAt: now + minute }, now)).toBe(true);
  });

  test('stands before staff and IT once it is overdue, the longest first (S44)', () => {
    const devices = [
      device('HB-01'),
      device('HB-02', { dueAt: now - minute }),
      device('HB-03', { dueAt: now + minute }),
      device('HB-04', { dueAt: now - 5 * minute }),
    ];
    expect(overdueOf(devices, now).map(({ name }) => name)).toEqual(['HB-04', 'HB-02']);
    const banner = shown(<OverdueBanner devices={devices} linkTo={({ id }) => `#/laptop/${id}`} withSite />);
    expect(banner).toContain('href="#/laptop/HB-04"');
    expect(banner).toContain('HB-02, HMP Exemplar');
    expect(banner).not.toContain('HB-03');
    expect(banner).toContain('Owain Officer has it: B wing.');
    expect(
      shown(<OverdueBanner devices={[device('HB-03', { dueAt: now + minute })]} linkTo={() => ''} />),
    ).not.toContain('app-alarm');
  });

  test('says in words who has it, where and until when, and that it is overdue (S44, S45)', () => {
    const away = shown(<CustodyNote device={device('HB-03', { dueAt: now + 90 * minute })} />);
    expect(away).toContain('data-overdue="false"');
    expect(away).toContain('Owain Officer has it: B wing.');
    expect(away).toContain('Due back 15 Jul 2026, 14:30');
    const late = shown(<CustodyNote device={device('HB-03', { dueAt: now - minute })} />);
    expect(late).toContain('data-overdue="true"');
    expect(late).toContain('Overdue');
    expect(shown(<CustodyNote device={device('HB-03', { dueAt: now - minute })} />, 'cy')).toContain('Hwyr');
    expect(shown(<CustodyNote device={device('HB-01')} />)).toContain('In the healthcare room');
  });
});
