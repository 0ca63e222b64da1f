import type { Description, Section } from './description.ts';
import type { Language, Words } from './words.ts';

/** The approver's page, as the conversation drives it. */
export interface View {
  /** Shows a description with its two buttons. */
  show(description: Description, words: Words, language: Language): void;
  /** Says until when it can be approved. */
  deadline(words: string): void;
  /** Says how a try went, above the buttons. */
  problem(words: string): void;
  /** Whether the approve button can be pressed, and what it says. */
  approvable(can: boolean, words: string): void;
  /** Replaces everything by one sentence. */
  say(words: string | readonly string[], language?: Language): void;
  onApprove(listener: () => void): void;
  onDecline(listener: () => void): void;
}

/** Builds the page inside `main`. Everything is set as text: nothing a statement says can become markup. */
export function createView(page: Document, main: HTMLElement): View {
  const approve = button(page, 'approve');
  const decline = button(page, 'decline');
  const deadline = element(page, 'p', { 'data-testid': 'deadline' });
  const problem = element(page, 'p', { role: 'alert', class: 'problem', 'data-testid': 'problem' });
  return {
    show(description, words, language) {
      page.documentElement.lang = language;
      page.title = `${description.title} – Sallyport`;
      const name = page.querySelector('#page-name');
      if (name !== null) name.textContent = words.pageName;
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
    say(words, language) {
      if (language !== undefined) page.documentElement.lang = language;
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
  const { check } = description;
  return [
    element(page, 'h1', { tabindex: '-1', 'data-testid': 'title' }, description.title),
    element(page, 'p', { class: 'lead' }, description.lead),
    ...(check === undefined
      ? []
      : [
          element(
            page,
            'div',
            { class: 'check' },
            element(page, 'p', {}, check.instruction),
            element(page, 'p', { class: 'code', 'data-testid': 'pairing-code' }, check.code),
            element(page, 'p', {}, check.otherwise),
          ),
        ]),
    ...description.sections.flatMap((section) => sectionOf(page, section)),
    ...(description.warnings.length === 0
      ? []
      : [
          element(
            page,
            'div',
            { class: description.grave ? 'warnings grave' : 'warnings' },
            list(page, description.warnings),
          ),
        ]),
  ];
}

function sectionOf(page: Document, section: Section): HTMLElement[] {
  const note = section.note === undefined ? [] : [element(page, 'p', { class: 'note' }, section.note)];
  return [element(page, 'h2', {}, section.heading), ...note, list(page, section.items)];
}

function list(page: Document, items: readonly string[]): HTMLElement {
  const entries = items.map((item) => element(page, 'li', {}, item));
  return element(page, 'ul', { class: items.length === 1 ? 'single' : '' }, ...entries);
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
