import type { Translate } from '../ui/messages/catalogue.ts';
import { managersList } from './manifest-draft.ts';
import type { ManifestDraft } from './manifest-draft.ts';
import { ruleField, ruleNames } from './policy-draft.ts';
import type { RuleError } from './policy-draft.ts';

/** Words for what is wrong with a field of the next list of roles and rules: first where on the long page, then what. */
export function wordsForChangeError(error: RuleError, draft: Pick<ManifestDraft, 'sites'>, t: Translate): string {
  const words = 'least' in error ? t(error.words, { least: error.least, most: error.most }) : t(error.words);
  const place = placeOf(error.field, draft, t);
  return place === undefined ? words : `${place}: ${words}`;
}

function placeOf(field: string, { sites }: Pick<ManifestDraft, 'sites'>, t: Translate): string | undefined {
  if (field.startsWith('trustees-')) return t('trust.trustees');
  if (field.startsWith('officers-')) return t('trust.officers');
  const rule = ruleNames.find((name) => ruleField(name) === field);
  if (rule !== undefined) return t(`rule.${rule}`);
  return sites.find(({ id }) => field.startsWith(`${managersList(id)}-`))?.name;
}
