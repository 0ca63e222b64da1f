import type { Locator, Page } from 'playwright-core';
import type { Person } from './person.ts';

/** A person's hands at keyboard, pointer and passkey: everything they do is counted. */
export class Hands {
  private clicks = 0;
  private keys = 0;
  private gestures = 0;

  /** Everything done so far: clicks, keystrokes and passkey gestures. */
  get actions(): number {
    return this.clicks + this.keys + this.gestures;
  }

  /** For people: what was done. */
  get words(): string {
    return `${this.actions} actions (${this.clicks} clicks, ${this.keys} keystrokes, ${this.gestures} passkey gestures)`;
  }

  async click(what: Locator): Promise<void> {
    this.clicks += 1;
    await what.click();
  }

  /** Types where the focus is, one keystroke a character. */
  async type(page: Page, text: string): Promise<void> {
    this.keys += text.length;
    await page.keyboard.type(text);
  }

  /** Clicks into a field and types. */
  async fill(field: Locator, text: string): Promise<void> {
    await this.click(field);
    await this.type(field.page(), text);
  }

  /** Chooses from a list: a click opens it, a click chooses. */
  async choose(list: Locator, option: string | { label: string }): Promise<void> {
    this.clicks += 2;
    await list.selectOption(option);
  }

  /** Does something that asks for the passkey, and touches it. */
  async touch<T>(person: Person, page: Page, act: () => Promise<T>): Promise<T> {
    this.gestures += 1;
    return person.withPasskey(page, act);
  }
}
