import { aaguid, fleetPolicy, platformEraser } from '@sallyport/protocol';
import type { FleetPolicy, PlatformEraser } from '@sallyport/protocol';
import type { MessageKey } from '../ui/messages/catalogue.ts';
import type { DraftError } from './people-draft.ts';

/** The rules that are numbers, each with its unit. */
export const numberRules = {
  activationMinutes: 'minutes',
  grantMinutes: 'minutes',
  idleMinutes: 'minutes',
  suspendAfterHours: 'hours',
  eraseAfterHours: 'hours',
} as const satisfies Partial<Record<keyof FleetPolicy, 'minutes' | 'hours'>>;

/** A rule that is a number. */
export type NumberRule = keyof typeof numberRules;

/** The names of the rules that are numbers, in the order of the page. */
export const numberRuleNames = Object.keys(numberRules) as readonly NumberRule[];

/** The fleet's rules as they are filled in; the relying party and the record's key are nobody's to type. */
export interface PolicyDraft extends Record<NumberRule, string> {
  approverOrigin: string;
  approverBuild: string;
  /** One authenticator model a line. */
  authenticators: string;
  platformErasers: readonly PlatformEraser[];
}

/** A rule that is typed. */
export type TypedRule = Exclude<keyof PolicyDraft, 'platformErasers'>;

/** The names of all rules that are filled in. */
export const ruleNames = [
  ...numberRuleNames,
  ...(['approverOrigin', 'approverBuild', 'authenticators', 'platformErasers'] as const),
] as const;

/** The id of a rule's field. */
export function ruleField(rule: keyof PolicyDraft): string {
  return `rule-${rule}`;
}

/** The least and the most a rule may be, as the contract says. */
export function boundsOf(rule: NumberRule): { least: number; most: number } {
  const { minValue, maxValue } = fleetPolicy.shape[rule];
  return { least: minValue ?? 1, most: maxValue ?? Number.MAX_SAFE_INTEGER };
}

/** The rules to change, from those in force. */
export function draftPolicy(policy: FleetPolicy): PolicyDraft {
  return {
    activationMinutes: String(policy.activationMinutes),
    grantMinutes: String(policy.grantMinutes),
    idleMinutes: String(policy.idleMinutes),
    suspendAfterHours: String(policy.suspendAfterHours),
    eraseAfterHours: String(policy.eraseAfterHours),
    approverOrigin: policy.approverOrigin,
    approverBuild: policy.approverBuild,
    authenticators: policy.authenticators.join('\n'),
    platformErasers: policy.platformErasers,
  };
}

/** The next rules; only what `errorsOfPolicy` finds nothing wrong with is fit to be proposed. */
export function policyOf(draft: PolicyDraft, before: FleetPolicy): FleetPolicy {
  return {
    ...before,
    activationMinutes: readNumber(draft.activationMinutes),
    grantMinutes: readNumber(draft.grantMinutes),
    idleMinutes: readNumber(draft.idleMinutes),
    suspendAfterHours: readNumber(draft.suspendAfterHours),
    eraseAfterHours: readNumber(draft.eraseAfterHours),
    approverOrigin: draft.approverOrigin.trim(),
    approverBuild: draft.approverBuild.trim(),
    authenticators: readLines(draft.authenticators),
    // In the contract's own order, so that ticking one off and on again is no change; power off comes last.
    platformErasers: platformEraser.options.filter((eraser) => draft.platformErasers.includes(eraser)),
  };
}

/** What is wrong with the rules, in the order of the page. */
export function errorsOfPolicy(draft: PolicyDraft): readonly RuleError[] {
  const errors: RuleError[] = numberRuleNames
    .filter((rule) => !fleetPolicy.shape[rule].safeParse(readNumber(draft[rule])).success)
    .map((rule) => ({ field: ruleField(rule), words: `rule.bad.${numberRules[rule]}`, ...boundsOf(rule) }));
  const plain = (bad: boolean, rule: keyof PolicyDraft, words: DraftError['words']) => {
    if (bad) errors.push({ field: ruleField(rule), words });
  };
  plain(
    readNumber(draft.suspendAfterHours) > readNumber(draft.eraseAfterHours),
    'eraseAfterHours',
    'rule.eraseBeforeSuspend',
  );
  plain(
    !fleetPolicy.shape.approverOrigin.safeParse(draft.approverOrigin.trim()).success,
    'approverOrigin',
    'rule.badOrigin',
  );
  plain(
    !fleetPolicy.shape.approverBuild.safeParse(draft.approverBuild.trim()).success,
    'approverBuild',
    'rule.badBuild',
  );
  const models = readLines(draft.authenticators);
  plain(
    models.length > 50 || models.some((each) => !aaguid.safeParse(each).success),
    'authenticators',
    'rule.badAuthenticators',
  );
  return errors;
}

/** What is wrong with a rule; one that is a number says what it may be. */
export type RuleError = DraftError | NumberError;

interface NumberError {
  field: string;
  words: Extract<MessageKey, 'rule.bad.minutes' | 'rule.bad.hours'>;
  least: number;
  most: number;
}

/** A whole number as typed; NaN for anything else. */
export function readNumber(typed: string): number {
  return /^\s*\d{1,9}\s*$/.test(typed) ? Number(typed) : Number.NaN;
}

function readLines(typed: string): string[] {
  const lines = typed.split('\n').map((each) => each.trim().toLowerCase());
  return [...new Set(lines.filter((each) => each !== ''))];
}
