// Looks at screens as people do who cannot use them as others do: in both languages, at twice the size, by keyboard alone,
// and through the eyes of axe.
import axe from 'axe-core';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { inPage } from './in-page.ts';

const languages = ['en', 'cy'] as const;
type Language = (typeof languages)[number];

/** WCAG 2.2, levels A and AA. */
const rules: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  resultTypes: ['violations'],
};

/** What was found wrong with a screen. */
export interface Finding {
  screen: string;
  language: Language;
  what: string;
}

interface AxeWindow {
  axe: { run: (options: RunOptions) => Promise<AxeResults> };
}

/** Every screen and state that a story comes by. */
export class Gallery {
  readonly findings: Finding[] = [];
  /** Names of the screens, in the order in which they were shown. */
  readonly screens: string[] = [];

  /**
   * Looks at a page in both languages, where it can be changed, and leaves it in the one it was in.
   * @param name of the screen or state, for file and report; the same name again is another state of it
   */
  async show(name: string, page: Page): Promise<void> {
    const screen = this.named(name);
    // What lies under the pointer looks otherwise.
    await page.mouse.move(0, 0);
    const before = await inEachLanguage(page, (language) => this.inspect(screen, language, page));
    await this.tryOut(screen, before, page);
  }

  private named(name: string): string {
    const times = this.screens.filter((screen) => screen === name || screen.startsWith(`${name} (`)).length;
    const screen = times === 0 ? name : `${name} (${times + 1})`;
    this.screens.push(screen);
    return screen;
  }

  private async inspect(screen: string, language: Language, page: Page): Promise<void> {
    for (const what of await violations(page)) this.findings.push({ screen, language, what });
    const said = await languageOf(page);
    if (said !== language) this.findings.push({ screen, language, what: `its page says it is in ${said}` });
  }

  /** Twice as large, and by keyboard alone. */
  private async tryOut(screen: string, language: Language, page: Page): Promise<void> {
    const size = await inPage(page, () => ({ width: innerWidth, height: innerHeight }));
    const small = { width: Math.floor(size.width / 2), height: Math.floor(size.height / 2) };
    await page.setViewportSize(small);
    const wide = await inPage(page, () => document.documentElement.scrollWidth - innerWidth);
    if (wide > 1) this.findings.push({ screen, language, what: `at 200 % it is ${wide} pixels too wide` });
    await page.setViewportSize(size);
    for (const what of await unreachable(page)) {
      this.findings.push({ screen, language, what: `the keyboard does not reach ${what}` });
    }
  }
}

/**
 * Does something in each language that a page can be changed to, and leaves it in the one it was in.
 * @returns that language
 */
export async function inEachLanguage(page: Page, act: (language: Language) => Promise<unknown>): Promise<Language> {
  const before = await languageOf(page);
  if (!(await canSpeak(page))) {
    await act(before);
    return before;
  }
  for (const language of languages) {
    await speak(page, language);
    await act(language);
  }
  await speak(page, before);
  return before;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    (options) => (globalThis as unknown as AxeWindow).axe.run(options).then(({ violations: all }) => all),
    rules,
  );
  return found.map(({ id, help, nodes }) => {
    const where = nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`);
    return `${id}: ${help}: ${where.join(' | ')}`;
  });
}

async function languageOf(page: Page): Promise<Language> {
  return (await page.locator('html').getAttribute('lang')) === 'cy' ? 'cy' : 'en';
}

/** Both the laptop and the consoles have a button for each language, named in it. */
function switchTo(page: Page, language: Language) {
  return page.locator(`button[lang="${language}"][aria-pressed]`).first();
}

async function canSpeak(page: Page): Promise<boolean> {
  return (await switchTo(page, 'cy').count()) > 0;
}

async function speak(page: Page, language: Language): Promise<void> {
  if ((await languageOf(page)) === language) return;
  // Without a pointer: nothing else on the page is touched, and what has the focus keeps it.
  await switchTo(page, language).evaluate((button: HTMLElement) => button.click());
  await page.locator(`html[lang="${language}"]`).waitFor();
}

interface Walk {
  reached?: WeakSet<Element>;
}

/** Goes round the page with the tabulator. @returns what can be used and was not reached */
async function unreachable(page: Page): Promise<string[]> {
  const count = await inPage(page, () => {
    (globalThis as unknown as Walk).reached = new WeakSet();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    return document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex="0"]').length;
  });
  // A date has a stop for each of its parts.
  for (let step = 0; step < 2 * count + 10; step += 1) {
    await page.keyboard.press('Tab');
    await inPage(page, () => {
      if (document.activeElement) (globalThis as unknown as Walk).reached?.add(document.activeElement);
    });
  }
  return inPage(page, () => {
    const { reached } = globalThis as unknown as Walk;
    const usable = [...document.querySelectorAll<HTMLElement>('a[href],button,input,select,textarea,summary')];
    return usable
      .filter(
        (element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(':disabled,[inert] *'),
      )
      .filter((element) => !(element instanceof HTMLInputElement && element.type === 'radio'))
      .filter((element) => reached?.has(element) !== true)
      .map((element) => element.outerHTML.slice(0, 120));
  });
}
