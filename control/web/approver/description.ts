import type { Statement } from '@sallyport/protocol';
import { describeGrant, describeJoin, describeOrder } from './describe-acts.ts';
import { describeManifest, describeRoster } from './describe-trust.ts';
import type { Words } from './words.ts';

/** What a statement means, ready to be shown. Every word of it is text, never markup. */
export interface Description {
  title: string;
  lead: string;
  /** What the person must compare with the laptop's screen. */
  check?: { instruction: string; code: string; otherwise: string };
  sections: readonly Section[];
  /** The rest of what the statement says, under a heading that opens and closes it. */
  contents: { summary: string; open: boolean; sections: readonly Section[] };
  warnings: readonly string[];
  /** The gravest kind of approval gets the gravest button. */
  grave: boolean;
}

export interface Section {
  heading: string;
  note?: string;
  items: readonly Item[];
  /** Sections of this section. */
  parts?: readonly Section[];
  /** What the person must look at before all else. */
  grave?: boolean;
}

/** A line of a section; key codes stand out, to be compared. */
export interface Item {
  text: string;
  detail?: string;
  codes?: readonly { label: string; code: string }[];
}

/** Where this approver stands: compared with what a manifest says. */
export interface OwnPlace {
  origin: string;
  rpId: string;
}

/** A description, or in words why there is none: then nothing can be approved. */
export type Described = { described: true; description: Description } | { described: false; words: string };

/**
 * Says in plain words exactly what a statement does.
 * @param statement what would be approved
 * @param previous what is claimed to be the exact bytes of the version that a manifest or roster follows
 * @param place the approver's own origin and relying party
 * @returns the description, or why a person cannot approve this: it carries a pairing nonce or a key that is none, names
 *   somebody twice, or is a laptop's to sign
 */
export async function describe(
  statement: Statement,
  previous: Uint8Array<ArrayBuffer> | undefined,
  words: Words,
  place: OwnPlace,
): Promise<Described> {
  // SECURITY: a person who approved a laptop's joining would put a false laptop into a room (S20).
  if (statement.type === 'join' && statement.participant.kind === 'device') {
    return { described: false, words: words.join.ofLaptop };
  }
  const description = await descriptionOf(statement, previous, words, place);
  return description === undefined
    ? { described: false, words: words.unknownStatement }
    : { described: true, description };
}

async function descriptionOf(
  statement: Statement,
  previous: Uint8Array<ArrayBuffer> | undefined,
  words: Words,
  place: OwnPlace,
): Promise<Description | undefined> {
  switch (statement.type) {
    case 'grant':
      return describeGrant(statement, words);
    case 'join':
      return describeJoin(statement, words);
    case 'order':
      return describeOrder(statement, words);
    case 'manifest':
      return describeManifest(statement, previous, words, place);
    case 'roster':
      return describeRoster(statement, previous, words);
    default:
      return statement satisfies never;
  }
}
