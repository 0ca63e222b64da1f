import { useId, useState } from 'react';
import type { JSX } from 'react';
import { presence } from '@sallyport/protocol';
import type { Presence, Screen } from '@sallyport/protocol';
import { useInvocation } from '../../bridge/invocation.ts';
import { useMessages } from '../../messages/catalogue.ts';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Heading } from '../../ui/Heading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { LeaveButton } from '../../ui/room/LeaveButton.tsx';
import './waiting.css';

interface PrepareScreenProps {
  screen: Extract<Screen, { screen: 'inRoom' }>;
  /** Who was said to be there before. */
  present: readonly Presence[];
  /** It was recorded. */
  onDone: () => void;
}

/** Staff record who is with the patient and whether the patient agrees, before anybody is admitted. */
export function PrepareScreen({ screen, present, onDone }: PrepareScreenProps): JSX.Element {
  const messages = useMessages();
  const { prepare } = messages;
  const [chosen, setChosen] = useState<ReadonlySet<Presence>>(new Set(present));
  const [refusing, setRefusing] = useState(false);
  const { run, busy, refusal } = useInvocation('prepare', onDone);
  const consent = useId();
  const send = (agrees: boolean) => {
    setRefusing(false);
    run({ consent: agrees, present: presence.options.filter((who) => chosen.has(who)) });
  };
  const choose = (who: Presence, isThere: boolean) => {
    setChosen(new Set([...chosen].filter((other) => other !== who).concat(isThere ? [who] : [])));
  };
  const actions = (
    <>
      <LeaveButton />
      <Button testId="consent-no" disabled={busy} onPress={() => setRefusing(true)}>
        {prepare.no}
      </Button>
      <Button testId="consent-yes" look="main" disabled={busy} describedBy={consent} onPress={() => send(true)}>
        {busy ? prepare.saving : prepare.yes}
      </Button>
    </>
  );
  return (
    <Page name="waiting" device={screen.device} link={screen.link} chooseLanguage actions={actions}>
      <div className="prepare">
        <Heading>{prepare.heading}</Heading>
        <p>{prepare.body}</p>
        <div className="prepare-present" role="group" aria-label={prepare.heading}>
          {presence.options.map((who) => (
            <Tick key={who} who={who} isThere={chosen.has(who)} onChange={choose} />
          ))}
        </div>
        <p id={consent} className="prepare-consent">
          {prepare.consent}
        </p>
        {refusal !== null && <Notice words={messages.refusals[refusal]} bad />}
        {screen.keepsSomebodyOut && <Notice words={messages.room.unverified} bad />}
      </div>
      {refusing && (
        <ConfirmDialog
          title={prepare.noTitle}
          body={prepare.noBody}
          confirm={prepare.noConfirm}
          cancel={prepare.noCancel}
          confirmTestId="consent-no-confirm"
          onConfirm={() => send(false)}
          onCancel={() => setRefusing(false)}
        />
      )}
    </Page>
  );
}

interface TickProps {
  who: Presence;
  isThere: boolean;
  onChange: (who: Presence, isThere: boolean) => void;
}

function Tick({ who, isThere, onChange }: TickProps): JSX.Element {
  const { prepare } = useMessages();
  return (
    <label className="tick">
      <input
        type="checkbox"
        checked={isThere}
        data-testid={`present-${who}`}
        onChange={(event) => onChange(who, event.target.checked)}
      />
      {prepare.present[who]}
    </label>
  );
}
