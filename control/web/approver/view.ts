import type { Description, Item, Section } from './description.ts';
import type { Language, Words } from './words.ts';

/** The approver's page, as the conversation drives it. */
export interface View {
  /** Speaks a language from now on. */
  speak(words: Words, language: Language): void;
  /** Shows a description with its two buttons. */
  show(description: Description, words: Words): void;
  /** Says until when it can be approved. */
  deadline(words: string): void;
  /** Says how a try went, above the buttons. */
  problem(words: string): void;
  /** Whether the approve button can be pressed, and what it says. */
  approvable(can: boolean, words: string): void;
  /** Replaces everything by one sentence. */
  say(words: string | readonly string[]): void;
  onApprove(listener: () => void): void;
  onDecline(listener: () => void): void;
}

/**
 * Builds the page inside `main`. Everything is set as text: nothing a statement says can become markup.
 * @param origin the approver's own, shown for people to compare with the address bar and with what the manifest says
 */
export function createView(page: Document, main: HTMLElement, origin: string): View {
  const place = page.querySelector('#page-origin');
  if (place !== null) place.textContent = origin;
  const approve = button(page, 'approve');
  const decline = button(page, 'decline');
  const deadline = element(page, 'p', { 'data-testid': 'deadline' });
  const problem = element(page, 'p', { role: 'alert', class: 'problem', 'data-testid': 'problem' });
  return {
    speak(words, language) {
      page.documentElement.lang = language;
      page.title = `${words.pageName} – Sallyport`;
      const name = page.querySelector('#page-name');
      if (name !== null) name.textContent = words.pageName;
    },
    show(description, words) {
      page.title = `${description.title} – Sallyport`;
      approve.classList.toggle('grave', description.grave);
      approve.textContent = words.approve;
      decline.textContent = words.decline;
      const buttons = element(page, 'div', { class: 'buttons' }, approve, decline);
      main.replaceChildren(...statementOf(page, description), deadline, problem, buttons);
      main.querySelector('h1')?.focus();
    },
    deadline(words) {
      deadline.textContent = words;
    },
    problem(words) {
      problem.textContent = words;
    },
    approvable(can, words) {
      approve.disabled = !can;
      approve.textContent = words;
    },
    say(words) {
      const lines = typeof words === 'string' ? [words] : words;
      const paragraphs = lines.map((line) => element(page, 'p', {}, line));
      main.replaceChildren(element(page, 'div', { role: 'alert', 'data-testid': 'message' }, ...paragraphs));
      main.focus();
    },
    onApprove(listener) {
      approve.addEventListener('click', listener);
    },
    onDecline(listener) {
      decline.addEventListener('click', listener);
    },
  };
}

function statementOf(page: Document, description: Description): HTMLElement[] {
  const { title, lead, check, sections, contents, warnings, grave } = description;
  return [
    element(page, 'h1', { tabindex: '-1', 'data-testid': 'title' }, title),
    element(page, 'p', { class: 'lead' }, lead),
    ...(check === undefined ? [] : [checkOf(page, check)]),
    ...sections.map((section) => sectionOf(page, section, 2)),
    contentsOf(page, contents),
    ...(warnings.length === 0
      ? []
      : [element(page, 'div', { class: grave ? 'warnings grave' : 'warnings' }, list(page, warnings.map(asItem)))]),
  ];
}

function checkOf(page: Document, check: NonNullable<Description['check']>): HTMLElement {
  return element(
    page,
    'div',
    { class: 'check' },
    element(page, 'p', {}, check.instruction),
    element(page, 'p', { class: 'code' }, ...codeOf(page, check.code, 'pairing-code')),
    element(page, 'p', {}, check.otherwise),
  );
}

/** Everything else stays on the page, and in its text, when it is closed. */
function contentsOf(page: Document, { summary, open, sections }: Description['contents']): HTMLElement {
  const shown = sections.map((section) => sectionOf(page, section, 2));
  const details = element(
    page,
    'details',
    { 'data-testid': 'contents' },
    element(page, 'summary', {}, summary),
    ...shown,
  );
  details.toggleAttribute('open', open);
  return details;
}

function sectionOf(page: Document, { heading, note, items, parts, grave }: Section, level: 2 | 3): HTMLElement {
  const attributes: Record<string, string> = grave === true ? { class: 'grave', 'data-testid': 'grave' } : {};
  return element(
    page,
    'div',
    attributes,
    ...(heading === '' ? [] : [element(page, `h${level}`, {}, heading)]),
    ...(note === undefined ? [] : [element(page, 'p', { class: 'note' }, note)]),
    ...(items.length === 0 ? [] : [list(page, items)]),
    ...(parts ?? []).map((part) => sectionOf(page, part, 3)),
  );
}

function list(page: Document, items: readonly Item[]): HTMLElement {
  const entries = items.map((item) => entryOf(page, item));
  return element(page, 'ul', { class: items.length === 1 ? 'single' : '' }, ...entries);
}

function entryOf(page: Document, { text, detail, codes }: Item): HTMLElement {
  return element(
    page,
    'li',
    {},
    text,
    ...(detail === undefined ? [] : [element(page, 'p', { class: 'detail' }, detail)]),
    ...(codes ?? []).map(({ label, code }) =>
      element(page, 'p', { class: 'key' }, `${label} `, ...codeOf(page, code, 'key-code')),
    ),
  );
}

function asItem(text: string): Item {
  return { text };
}

/** A code as people see it, and as a screen reader spells it. */
function codeOf(page: Document, code: string, name: string): HTMLElement[] {
  const spelled = code
    .split(' ')
    .map((group) => Array.from(group).join(' '))
    .join(', ');
  return [
    element(page, 'span', { class: 'symbols', 'aria-hidden': 'true', 'data-testid': name }, code),
    element(page, 'span', { class: 'spelled' }, spelled),
  ];
}

function button(page: Document, name: 'approve' | 'decline'): HTMLButtonElement {
  const made = page.createElement('button');
  made.type = 'button';
  made.dataset['testid'] = name;
  made.className = name;
  return made;
}

function element(
  page: Document,
  tag: string,
  attributes: Record<string, string>,
  ...children: (HTMLElement | string)[]
): HTMLElement {
  const made = page.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== '') made.setAttribute(name, value);
  // SECURITY: strings become text nodes; markup inside a name or a reason stays words (S20).
  made.append(...children);
  return made;
}
