import './no-eval.ts';
import { approverConfiguration } from '@sallyport/protocol';
import { converse } from './conversation.ts';
import type { Asked, Conversation, Understood } from './conversation.ts';
import { describe } from './description.ts';
import type { OwnPlace } from './description.ts';
import { formatMoment, timeLeft } from './moments.ts';
import { approveWithPasskey } from './passkey.ts';
import { createView } from './view.ts';
import type { View } from './view.ts';
import { wordsOf } from './languages.ts';
import type { Words } from './words.ts';

/** A press on "Approve" that was begun before the page could be read counts for nothing. */
const readingMilliseconds = 700;

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
  view.speak(words, language);
  if (understood === undefined) {
    view.say(words.unknownStatement);
    return;
  }
  const described = await describe(understood.statement, understood.previous, words, placeOf(rpId));
  // SECURITY: what cannot be said in words cannot be approved (S20).
  if (!described.described) {
    view.say(described.words);
    return;
  }
  view.show(described.description, words);
  const watch = watchDeadline(understood.statement.notAfter, view, words);
  view.onDecline(() => {
    watch.stop();
    conversation.reply({ type: 'declined' });
    view.say(words.declined);
  });
  view.onApprove(() => void give({ ...understood, rpId }, watch, conversation, view, words));
}

function placeOf(rpId: string): OwnPlace {
  return { origin: window.location.origin, rpId };
}

interface Watch {
  stop(): void;
  /** Allows another try, unless the time has run out. */
  again(): void;
  expired(): boolean;
}

/** Shows how long the statement can be approved, and ends it when the time has run out. */
function watchDeadline(notAfter: number, view: View, words: Words): Watch {
  const expired = () => Date.now() >= notAfter;
  const tick = () => {
    const left = timeLeft(notAfter - Date.now());
    // What is valid for months is not said to be urgent; until when stands in what is shown.
    if (left !== undefined) view.deadline(words.expiresAt(formatMoment(notAfter, words), left));
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
if (main !== null) void start(createView(document, main, window.location.origin));
