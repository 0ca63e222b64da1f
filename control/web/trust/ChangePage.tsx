import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Invitation, Manifest, ManifestContents } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useNow, useSession } from '../ui/Session.tsx';
import { ChangeForm } from './ChangeForm.tsx';
import { usualEndDay } from './end-day.ts';
import { changesOfManifest, draftManifest } from './manifest-draft.ts';
import { Review } from './Review.tsx';
import { StaleNote } from './StaleNote.tsx';
import { useInvitations } from './use-invitations.ts';

/** A trustee writes the next list of roles and rules: who decides, where, and what every laptop obeys. */
export function ChangePage({ manifest }: { manifest: Manifest }): ReactNode {
  const { t } = useSpeech();
  const [invited, readInvited] = useInvitations();
  const [again, setAgain] = useState(0);
  return (
    <>
      <PageHeading words={t('change.heading')} />
      <LoadedList list={invited} onRetry={readInvited}>
        {(invitations) => (
          <Change
            key={again}
            current={manifest}
            invitations={invitations}
            onAgain={() => {
              setAgain(again + 1);
            }}
          />
        )}
      </LoadedList>
    </>
  );
}

interface ChangeProps {
  /** What is in force. */
  current: Manifest;
  invitations: readonly Invitation[];
  onAgain: () => void;
}

function Change({ current, invitations, onAgain }: ChangeProps) {
  const { api } = useSession();
  const now = useNow();
  const [before] = useState(current);
  const [draft, setDraft] = useState(() => draftManifest(before, usualEndDay(now)));
  const [reviewed, setReviewed] = useState<ManifestContents>();
  // What was written on an older version would quietly take back what the newer one has changed.
  if (before.version !== current.version) return <StaleNote onAgain={onAgain} />;
  if (reviewed !== undefined) {
    return (
      <Review
        changes={changesOfManifest(before, reviewed)}
        propose={() => api.call('proposeManifest', { body: { contents: reviewed } })}
        onBack={() => {
          setReviewed(undefined);
        }}
      />
    );
  }
  return (
    <ChangeForm before={before} draft={draft} invitations={invitations} onDraft={setDraft} onChecked={setReviewed} />
  );
}
