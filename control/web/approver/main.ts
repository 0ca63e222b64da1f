import './no-eval.ts';
import { approverConfiguration } from '@sallyport/protocol';
import { converse } from './conversation.ts';
import type { Asked, Conversation } from './conversation.ts';
import { describe, formatMoment, timeLeft, wordsOf } from './description.ts';
import { approveWithPasskey } from './passkey.ts';
import { createView } from './view.ts';
import type { View } from './view.ts';
import type { Words } from './words.ts';

/** A press on "Approve" that was begun before the page could be read counts for nothing. */
const readingMilliseconds = 700;

type Understood = NonNullable<Asked['understood']>;

async function start(view: View): Promise<void> {
  // SECURITY: inside another page's frame nobody can know what covers the words or the button (S20).
  if (window.top !== window) {
    view.say([
      'This page does not work inside another page.',
      'Nid yw’r dudalen hon yn gweithio y tu mewn i dudalen arall.',
    ]);
    return;
  }
  const opener = window.opener as Window | null;
  if (opener === null) {
    view.say([
      'There is nothing to approve. A Sallyport console opens this page when there is.',
      'Nid oes dim i’w gymeradwyo. Mae consol Sallyport yn agor y dudalen hon pan fydd.',
    ]);
    return;
  }
  const configuration = await readConfiguration();
  if (configuration === undefined) {
    view.say(['This page is not set up. Tell IT.', 'Nid yw’r dudalen hon wedi’i gosod. Dywedwch wrth TG.']);
    return;
  }
  const { rpId, consoleOrigin } = configuration;
  const conversation: Conversation = converse(
    opener,
    consoleOrigin,
    (listener) => {
      window.addEventListener('message', listener);
    },
    (asked) => void answer(asked, rpId, conversation, view),
  );
}

async function readConfiguration() {
  try {
    const response = await fetch('./approver.json', { cache: 'no-store', credentials: 'omit', redirect: 'error' });
    const read = approverConfiguration.safeParse(await response.json());
    return response.ok && read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}

async function answer(asked: Asked, rpId: string, conversation: Conversation, view: View): Promise<void> {
  const { language, understood } = asked;
  const words = wordsOf(language);
  const place = { origin: window.location.origin, rpId };
  const description = understood && (await describe(understood.statement, language, place));
  // SECURITY: what cannot be said in words cannot be approved (S20).
  if (understood === undefined || description === undefined) {
    view.say(words.unknownStatement, language);
    return;
  }
  view.show(description, words, language);
  const watch = watchDeadline(understood.statement.notAfter, asked, view, words);
  view.onDecline(() => {
    watch.stop();
    conversation.reply({ type: 'declined' });
    view.say(words.declined);
  });
  view.onApprove(() => void give({ ...understood, rpId }, watch, conversation, view, words));
}

interface Watch {
  stop(): void;
  /** Allows another try, unless the time has run out. */
  again(): void;
  expired(): boolean;
}

/** Shows how long the statement can be approved, and ends it when the time has run out. */
function watchDeadline(notAfter: number, asked: Asked, view: View, words: Words): Watch {
  const expired = () => Date.now() >= notAfter;
  const tick = () => {
    const left = timeLeft(notAfter - Date.now());
    view.deadline(words.expiresAt(formatMoment(notAfter, asked.language), left));
    if (!expired()) return;
    stop();
    view.say(words.expired);
  };
  const timer = window.setInterval(tick, 1000);
  const stop = () => {
    window.clearInterval(timer);
    window.clearTimeout(reading);
  };
  const again = () => {
    view.approvable(!expired(), words.approve);
  };
  view.approvable(false, words.approve);
  // SECURITY: a double click meant for the console's button cannot land on this one (S20).
  const reading = window.setTimeout(again, readingMilliseconds);
  tick();
  return { stop, again, expired };
}

async function give(
  asked: Understood & { rpId: string },
  watch: Watch,
  conversation: Conversation,
  view: View,
  words: Words,
): Promise<void> {
  view.problem('');
  view.approvable(false, words.approving);
  const get = (options: CredentialRequestOptions) => navigator.credentials.get(options);
  const result = await approveWithPasskey(get, asked.bytes, asked.rpId, asked.credentials);
  if (watch.expired()) return;
  if (!result.ok) {
    view.problem(result.reason === 'not-used' ? words.passkeyNotUsed : words.passkeyFailed);
    watch.again();
    return;
  }
  watch.stop();
  conversation.reply({ type: 'approved', approval: result.approval });
  view.say(words.approved);
}

const main = document.querySelector<HTMLElement>('#main');
if (main !== null) void start(createView(document, main));
