import type { ReactNode } from 'react';
import { WarningCallout } from 'nhsuk-react-components';
import { isGraveChange } from '@sallyport/protocol';
import type { TrustChange } from '@sallyport/protocol';
import { KeyCode } from '../ui/KeyCode.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { passkeysOf, sitesToApproveAnew, wordsForChange } from './difference-words.ts';

/** What a list changes, one thing a line; first what decides who decides. */
export function Difference({ changes }: { changes: readonly TrustChange[] }): ReactNode {
  const { t } = useSpeech();
  const ordered = changes.toSorted((one, other) => Number(isGraveChange(other)) - Number(isGraveChange(one)));
  if (ordered.length === 0) return <p data-testid="no-difference">{t('difference.none')}</p>;
  return (
    <ul className="app-difference" data-testid="difference">
      {ordered.map((change, index) => (
        <Change key={index} change={change} />
      ))}
    </ul>
  );
}

function Change({ change }: { change: TrustChange }) {
  const { t, language } = useSpeech();
  const isGrave = isGraveChange(change);
  return (
    <li className={isGrave ? 'app-difference__grave' : undefined} data-testid="change" data-change={change.change}>
      {isGrave ? <strong>{t('difference.careful')} </strong> : null}
      {wordsForChange(change, t, language)}
      {passkeysOf(change).map(({ name, passkey }) => (
        <span key={passkey.id + passkey.publicKey} className="app-detail">
          {t('difference.code', { name })} <KeyCode passkey={passkey} />
        </span>
      ))}
    </li>
  );
}

/** The sites whose people can do nothing until their managers have answered a change with a new list. */
export function ApproveAnew({ changes }: { changes: readonly TrustChange[] }): ReactNode {
  const { t } = useSpeech();
  const sites = sitesToApproveAnew(changes);
  if (sites.length === 0) return null;
  return (
    <WarningCallout data-testid="approve-anew">
      <WarningCallout.Heading>{t('difference.anewHeading')}</WarningCallout.Heading>
      <p>{t('difference.anew')}</p>
      <ul>
        {sites.map((site) => (
          <li key={site}>{site}</li>
        ))}
      </ul>
    </WarningCallout>
  );
}
