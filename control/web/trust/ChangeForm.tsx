import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { Invitation, Manifest, ManifestContents, Role } from '@sallyport/protocol';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { useNow } from '../ui/Session.tsx';
import { EndDayInput } from './EndDayInput.tsx';
import { wordsForChangeError } from './change-error.ts';
import { checkManifest, everybodyOf } from './manifest-draft.ts';
import type { ManifestDraft } from './manifest-draft.ts';
import { PeopleEditor } from './PeopleEditor.tsx';
import { registeredOf } from './people-draft.ts';
import { PolicyEditor } from './PolicyEditor.tsx';
import { SitesEditor } from './SitesEditor.tsx';
import { ThresholdInput } from './ThresholdInput.tsx';

interface ChangeFormProps {
  /** What is in force. */
  before: Manifest;
  draft: ManifestDraft;
  invitations: readonly Invitation[];
  onDraft: (draft: ManifestDraft) => void;
  onChecked: (contents: ManifestContents) => void;
}

/** Everything a list of roles and rules says, to be changed. */
export function ChangeForm({ before, draft, invitations, onDraft, onChecked }: ChangeFormProps): ReactNode {
  const { t } = useSpeech();
  const now = useNow();
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const review = () => {
    const checked = checkManifest(draft, before, now);
    setErrors(
      checked.ok
        ? []
        : checked.errors.map((error) => ({ field: error.field, words: wordsForChangeError(error, draft, t) })),
    );
    if (checked.ok) onChecked(checked.value);
  };
  const field = (id: string) => formField(id, errors, t);
  const invitedAs = (role: Role) => registeredOf(invitations.filter((each) => each.role === role));
  const named = everybodyOf(before);
  const set = (change: Partial<ManifestDraft>) => {
    onDraft({ ...draft, ...change });
  };
  return (
    <form
      noValidate
      data-testid="change-form"
      onSubmit={(event) => {
        event.preventDefault();
        review();
      }}
    >
      <ErrorSummary errors={errors} />
      <p>{t('change.explanation')}</p>
      <h2 className="nhsuk-heading-m">{t('trust.trustees')}</h2>
      <PeopleEditor
        list="trustees"
        words={t('trust.trustees')}
        people={draft.trustees}
        registered={invitedAs('trustee')}
        named={named}
        field={field}
        onPeople={(trustees) => {
          set({ trustees });
        }}
      />
      <ThresholdInput
        id="trustees-threshold"
        words={t('change.trusteesThreshold')}
        value={draft.threshold}
        field={field}
        onValue={(threshold) => {
          set({ threshold });
        }}
      />
      <h2 className="nhsuk-heading-m">{t('trust.officers')}</h2>
      <PeopleEditor
        list="officers"
        words={t('trust.officers')}
        people={draft.fleetOfficers}
        registered={invitedAs('fleetOfficer')}
        named={named}
        field={field}
        onPeople={(fleetOfficers) => {
          set({ fleetOfficers });
        }}
      />
      <SitesEditor draft={draft} invitations={invitations} named={named} errors={errors} onDraft={onDraft} />
      <PolicyEditor
        draft={draft.policy}
        before={before.policy}
        field={field}
        onDraft={(policy) => {
          set({ policy });
        }}
      />
      <EndDayInput
        day={draft.endDay}
        field={field}
        onDay={(endDay) => {
          set({ endDay });
        }}
      />
      <Button type="submit" data-testid="review-changes">
        {t('review.show')}
      </Button>
    </form>
  );
}
