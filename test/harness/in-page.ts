import type { Page } from 'playwright-core';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Argument = Json | ((...parameters: never[]) => unknown);

/**
 * Runs a function in a page, with arguments that may be functions themselves: they are sent as they are written.
 * @param run uses nothing from outside of itself and its arguments
 */
export async function inPage<T, A extends readonly Argument[]>(
  page: Page,
  run: (...parameters: A) => T,
  ...parameters: A
): Promise<Awaited<T>> {
  const written = parameters.map((each) => (typeof each === 'function' ? `(${String(each)})` : JSON.stringify(each)));
  return (await page.evaluate<unknown>(`(${String(run)})(${written.join(', ')})`)) as Awaited<T>;
}
