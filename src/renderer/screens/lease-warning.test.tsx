import { renderToStaticMarkup } from 'react-dom/server';
import type { Bridge, Language, Screen } from '@sallyport/protocol';
import { describe, expect, test } from 'vitest';
import { BridgeContext } from '../bridge/bridge-context.ts';
import { LanguageContext } from '../messages/catalogue.ts';
import { ScreenView } from './ScreenView.tsx';

const device = { name: 'Laptop 7', siteName: 'HMP Example' };
/** Nobody presses anything here. */
const bridge: Bridge = { invoke: () => new Promise(() => undefined), on: () => () => undefined };
/** 10:05 in the United Kingdom. */
const at = Date.UTC(2026, 5, 1, 9, 5);

function shown(screen: Screen, language: Language = 'en'): string {
  return renderToStaticMarkup(
    <BridgeContext value={bridge}>
      <LanguageContext value={language}>
        <ScreenView screen={screen} />
      </LanguageContext>
    </BridgeContext>,
  );
}
const inert = (suspendsAt: number | null): Screen => ({
  screen: 'inert',
  device,
  link: 'unreachable',
  pairing: { state: 'unavailable' },
  notice: null,
  suspendsAt,
});
const suspended = (by: 'order' | 'lease' | 'damage', erasesAt: number | null): Screen => ({
  screen: 'suspended',
  device,
  link: 'unreachable',
  by,
  erasesAt,
});

describe('S21 the lock screen of a laptop out of contact', () => {
  test('says when it suspends itself and what to do, in both languages', () => {
    expect(shown(inert(at))).toContain('Connect it before 10:05 on Monday 1 June.');
    expect(shown(inert(at), 'cy')).toMatch(/Cysylltwch ef cyn 10:05 \([^)]*Llun[^)]*1 Mehefin\)\./);
    expect(shown(inert(at))).toContain('role="alert"');
  });

  test('says nothing of it while it is not near', () => {
    expect(shown(inert(null))).not.toContain('suspends itself');
  });
});

describe('S21 the screen of a suspended laptop', () => {
  test('says who or what suspended it', () => {
    expect(shown(suspended('order', null))).toContain('The IT team has suspended this laptop.');
    expect(shown(suspended('lease', null))).toContain('so it suspended itself.');
    expect(shown(suspended('lease', null), 'cy')).toContain('felly ataliodd ei hun.');
  });

  test('S31 says that its store is damaged, and whom to call, in both languages', () => {
    expect(shown(suspended('damage', null))).toContain(
      'This laptop’s store is damaged. It cannot be used, and nothing you did caused it. Call the IT service desk',
    );
    expect(shown(suspended('damage', null), 'cy')).toContain('Mae storfa’r gliniadur hwn wedi’i difrodi.');
    expect(shown(suspended('damage', null), 'cy')).toContain('Ffoniwch y ddesg wasanaeth TG');
  });

  test('says when it erases itself, once that is near', () => {
    expect(shown(suspended('lease', at))).toContain('before 10:05 on Monday 1 June. Otherwise it erases itself.');
    expect(shown(suspended('order', at), 'cy')).toContain('Fel arall bydd yn ei ddileu ei hun.');
    expect(shown(suspended('lease', null))).not.toContain('erases itself');
  });
});

test('T9 a laptop that locked itself because trust changed says so', () => {
  const screen: Screen = { ...(inert(null) as Extract<Screen, { screen: 'inert' }>), notice: 'revoked' };
  expect(shown(screen)).toContain('is no longer on the list');
  expect(shown(screen, 'cy')).toContain('ar y rhestr');
});
