import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { inEachLanguage } from '../harness/gallery.ts';

/** One moment of the day. */
interface Moment {
  /** Seconds since the story began. */
  at: number;
  who: string;
  what: string;
  /** File names of pictures, relative to the report. */
  pictures: string[];
}

/** One measured time of the day. */
interface Figure {
  name: string;
  milliseconds: number;
}

/** Collects what happened in a run of the day and writes it as a page for people and as JSON for programs. */
export class Report {
  private readonly started = performance.now();
  private readonly moments: Moment[] = [];
  private readonly figures: Figure[] = [];
  private readonly facts: Record<string, string> = {};
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts an empty report in a folder, replacing an older one. */
  static async create(folder: string): Promise<Report> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return new Report(folder);
  }

  /** Tells a moment, on the terminal and in the report, with pictures of the pages in every language they speak. */
  async tell(who: string, what: string, ...pages: Page[]): Promise<void> {
    const at = (performance.now() - this.started) / 1000;
    const pictures: string[] = [];
    for (const [index, page] of pages.entries()) {
      await inEachLanguage(page, async (language) => {
        const name = `${String(this.moments.length + 1).padStart(2, '0')}-${index}-${language}.png`;
        await page.screenshot({ path: join(this.folder, name), animations: 'disabled' });
        pictures.push(name);
      });
    }
    this.moments.push({ at, who, what, pictures });
    process.stdout.write(`${at.toFixed(1).padStart(6)} s  ${who}: ${what}\n`);
  }

  /** Records a measured time, ms. */
  measured(name: string, milliseconds: number): void {
    this.figures.push({ name, milliseconds: Math.round(milliseconds) });
  }

  /** Records a fact about the run: a version, a count. */
  fact(name: string, value: string): void {
    this.facts[name] = value;
  }

  /** Writes `index.html` and `report.json`. @param outcome what to say of the whole run */
  async write(outcome: 'finished' | 'failed'): Promise<void> {
    const { moments, figures, facts } = this;
    await writeFile(join(this.folder, 'report.json'), JSON.stringify({ outcome, facts, figures, moments }, null, 2));
    await writeFile(join(this.folder, 'index.html'), pageOf(outcome, facts, figures, moments));
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function pageOf(outcome: string, facts: Record<string, string>, figures: Figure[], moments: Moment[]): string {
  const rows = (entries: [string, string][]): string =>
    entries
      .map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`)
      .join('\n');
  const story = moments
    .map(({ at, who, what, pictures }) => {
      const images = pictures
        .map((name) => `<a href="${name}"><img src="${name}" alt="Screen: ${escaped(who)}, ${escaped(what)}"></a>`)
        .join('');
      return `<li><p><time>${at.toFixed(1)} s</time> <strong>${escaped(who)}</strong> ${escaped(what)}</p>${images}</li>`;
    })
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sallyport: a day</title>
<meta name="viewport" content="width=device-width">
<style>
body{font:18px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#212b32}
table{border-collapse:collapse;margin:1rem 0}th,td{text-align:left;padding:.3rem 1rem .3rem 0;border-bottom:1px solid #aeb7bd}
ol{list-style:none;padding:0}li{border-left:4px solid #005eb8;padding-left:1rem;margin:1.5rem 0}
img{max-width:34rem;width:100%;border:1px solid #aeb7bd;margin-right:1rem}time{color:#4c6272}
</style></head><body>
<h1>Sallyport: a day, played by itself</h1>
<p>The day ${outcome === 'finished' ? 'was played to its end' : 'stopped before its end'}. Real Electron, real Chromium, real PostgreSQL, real media server.</p>
<h2>Measured</h2><table>${rows(figures.map(({ name, milliseconds }) => [name, `${milliseconds} ms`]))}</table>
<h2>With</h2><table>${rows(Object.entries(facts))}</table>
<h2>The day</h2><ol>${story}</ol></body></html>
`;
}
