import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useMessages } from '../../messages/catalogue.ts';
import { Heading } from '../../ui/Heading.tsx';
import { LeaseWarning } from '../../ui/LeaseWarning.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { PairingPanel } from './PairingPanel.tsx';
import './inert.css';

/** The lock screen: which laptop it is, whether it is connected, and the code that proves who stands at it. */
export function InertScreen({ screen }: { screen: Extract<Screen, { screen: 'inert' }> }): JSX.Element {
  const { inert } = useMessages();
  return (
    <Page name="inert" device={screen.device} link={screen.link} chooseLanguage>
      <div className="inert">
        <div className="inert-words">
          <Heading>{inert.heading}</Heading>
          {screen.notice !== null && <Notice words={inert.notices[screen.notice]} />}
          <LeaseWarning at={screen.suspendsAt} words={inert.suspendsAt} />
          {screen.pairing.state === 'shown' && <p>{inert.body}</p>}
        </div>
        <PairingPanel pairing={screen.pairing} link={screen.link} />
      </div>
    </Page>
  );
}
