import { describe, expect, test } from 'vitest';
import { emptyStep, isRecordOf } from './next-steps-draft.ts';
import type { StepDraft } from './next-steps-draft.ts';
import { NextStepsDrafts } from './next-steps-drafts.ts';

const step: StepDraft = { kind: 'referral', urgency: 'soon', responsible: 'hospital', words: 'Cardiology' };

describe('next steps that are being written', () => {
  test('stay as they are until they are recorded, each appointment’s apart', () => {
    const drafts = new NextStepsDrafts();
    drafts.keep('one', { steps: [step], reviewing: true });
    drafts.keep('other', { steps: [emptyStep], reviewing: false });
    expect(drafts.of('one')).toEqual({ steps: [step], reviewing: true });
    expect(['one', 'other', 'none'].map((each) => drafts.isUnsaved(each))).toEqual([true, false, false]);
    expect(drafts.isAnyUnsaved).toBe(true);
    drafts.forget('one');
    expect([drafts.of('one'), drafts.isAnyUnsaved]).toEqual([{ steps: [emptyStep], reviewing: false }, false]);
  });

  test('are the same object until they change, and say when they do', () => {
    const drafts = new NextStepsDrafts();
    let changes = 0;
    const stop = drafts.subscribe(() => (changes += 1));
    expect(drafts.of('one')).toBe(drafts.of('one'));
    drafts.keep('one', { steps: [step], reviewing: false });
    expect(drafts.of('one')).toBe(drafts.of('one'));
    drafts.forget('one');
    drafts.forget('one');
    stop();
    drafts.keep('one', { steps: [step], reviewing: false });
    expect(changes).toBe(2);
  });

  test('are known again among what was recorded, as it was sent', () => {
    const recorded = [{ kind: 'referral', urgency: 'soon', responsible: 'hospital', words: 'Cardiology' }] as const;
    expect(isRecordOf(recorded, [{ ...step, words: ' Cardiology\u200b ' }])).toBe(true);
    expect(isRecordOf(recorded, [{ ...step, words: 'Neurology' }])).toBe(false);
    expect(isRecordOf(recorded, [step, step])).toBe(false);
  });
});
