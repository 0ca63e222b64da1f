import { describe, expect, test } from 'vitest';
import { translator } from '../ui/messages/catalogue.ts';
import { checkNextSteps, emptyStep } from './next-steps-draft.ts';
import type { StepDraft } from './next-steps-draft.ts';

const t = translator('en');
const step: StepDraft = {
  kind: 'prescription',
  urgency: 'soon',
  responsible: 'prison-healthcare',
  words: 'Amlodipine 5 mg once a day',
};

const problems = (...drafts: StepDraft[]) => {
  const checked = checkNextSteps(drafts, t);
  return checked.ok ? [] : checked.errors.map(({ field, words }) => `${field}: ${words}`);
};

describe('next steps', () => {
  test('are recorded as they were chosen and written', () => {
    expect(checkNextSteps([step], t)).toEqual({ ok: true, value: [step] });
  });

  test('are chosen by the consultant: nothing is chosen beforehand', () => {
    expect(problems(emptyStep)).toEqual([
      'step-0-kind: Choose what it is',
      'step-0-urgency: Choose how urgent it is',
      'step-0-responsible: Choose who does it',
      'step-0-words: Write it in words',
    ]);
  });

  test('say which of several is incomplete', () => {
    expect(problems(step, { ...step, words: ' ' })).toEqual(['step-1-words: Next step 2: Write it in words']);
  });

  test('take what is pasted from elsewhere', () => {
    const checked = checkNextSteps([{ ...step, words: 'One\r\nTwo\tthree\u200b\u2028Four\u202e' }], t);
    expect(checked.ok && checked.value[0]?.words).toBe('One\nTwo three\nFour');
  });

  test('have a length', () => {
    expect(problems({ ...step, words: 'x'.repeat(2000) })).toEqual([]);
    expect(problems({ ...step, words: 'x'.repeat(2001) })).toHaveLength(1);
  });
});
