import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleAnswer, Credential } from '@sallyport/protocol';
import { consolesFor } from '../ui/consoles.ts';
import { KeyCode } from '../ui/KeyCode.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';

interface RegisteredCodeProps {
  view: ConsoleAnswer<'invitationView'>;
  passkey: Credential;
}

/** The new passkey's code, big, and what to do with it. */
export function RegisteredCode({ view, passkey }: RegisteredCodeProps): ReactNode {
  const { t } = useSpeech();
  return (
    <div className="nhsuk-grid-row" data-testid="invitation-registered">
      <div className="nhsuk-grid-column-two-thirds">
        <PageHeading words={t('invitation.registered')} />
        <p>{t('invitation.code')}</p>
        <p>
          <KeyCode passkey={passkey} big />
        </p>
        <ol>
          <li>{t('invitation.step1')}</li>
          <li>{t('invitation.step2')}</li>
          <li>{t('invitation.step3')}</li>
        </ol>
        <p>{t('invitation.once')}</p>
        <p>
          {t('invitation.console')}{' '}
          {consolesFor(view.role).map(({ address, name }) => (
            <a key={address} href={address}>
              {t(name)}
            </a>
          ))}
        </p>
        <Button
          type="button"
          secondary
          className="app-no-print"
          data-testid="print-code"
          onClick={() => {
            window.print();
          }}
        >
          {t('page.print')}
        </Button>
      </div>
    </div>
  );
}
