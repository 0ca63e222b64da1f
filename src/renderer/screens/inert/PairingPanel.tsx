import type { JSX } from 'react';
import type { LinkState, Screen } from '@sallyport/protocol';
import { useNow } from '../../bridge/use-now.ts';
import { useMessages } from '../../messages/catalogue.ts';
import { durationInWords } from '../../messages/time.ts';
import { pairingGroups } from './pairing-groups.ts';

type Pairing = Extract<Screen, { screen: 'inert' }>['pairing'];

/** The pairing code, or why there is none and when one comes. */
export function PairingPanel({ pairing, link }: { pairing: Pairing; link: LinkState }): JSX.Element {
  const { inert } = useMessages();
  switch (pairing.state) {
    case 'shown':
      return <ShownCode code={pairing.code} changesAt={pairing.changesAt} />;
    case 'locked-out':
      return <LockedOut until={pairing.until} />;
    case 'unavailable':
      return (
        <section className="pairing" data-testid="pairing-unavailable">
          <h2>{inert.unavailable}</h2>
          <p>{inert.unavailableBody[link]}</p>
        </section>
      );
  }
}

function ShownCode({ code, changesAt }: { code: string; changesAt: number }): JSX.Element {
  const messages = useMessages();
  const left = durationInWords(changesAt - useNow(), messages, true);
  const [first, second] = pairingGroups(code);
  return (
    <section className="pairing">
      <h2>{messages.inert.code}</h2>
      {/* Read out symbol by symbol; shown in groups. */}
      <p className="pairing-code" role="img" aria-label={Array.from(code).join(' ')} data-testid="pairing-code">
        <span>{first}</span> <span>{second}</span>
      </p>
      <p role="timer" aria-live="off" data-testid="pairing-left">
        {messages.inert.changes(left)}
      </p>
    </section>
  );
}

function LockedOut({ until }: { until: number }): JSX.Element {
  const messages = useMessages();
  const left = durationInWords(until - useNow(), messages, true);
  return (
    <section className="pairing pairing-locked-out" data-testid="locked-out">
      <h2 role="alert">{messages.inert.lockedOut}</h2>
      <p>{messages.inert.lockedOutBody}</p>
      <p role="timer" aria-live="off" className="pairing-left" data-testid="locked-out-left">
        {messages.inert.lockedOutLeft(left)}
      </p>
    </section>
  );
}
