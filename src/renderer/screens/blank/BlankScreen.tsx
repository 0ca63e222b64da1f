import { useId, useRef, useState } from 'react';
import type { ChangeEvent, JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useInvocation } from '../../bridge/invocation.ts';
import { useMessages } from '../../messages/catalogue.ts';
import { Button } from '../../ui/Button.tsx';
import { Heading } from '../../ui/Heading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { longestTicket, readTicketFile } from './ticket-file.ts';
import './blank.css';

/** The laptop belongs to no fleet yet: an IT officer gives it its enrolment ticket. */
export function BlankScreen({ screen }: { screen: Extract<Screen, { screen: 'blank' }> }): JSX.Element {
  const messages = useMessages();
  const { blank } = messages;
  const [ticket, setTicket] = useState('');
  const [noTicket, setNoTicket] = useState(false);
  const { run, busy, refusal } = useInvocation('enrol');
  const working = busy || screen.busy;
  const change = (text: string | undefined) => {
    setNoTicket(text === undefined);
    if (text !== undefined) setTicket(text);
  };
  const problem = noTicket
    ? blank.fileProblem
    : screen.problem !== null
      ? blank.problems[screen.problem]
      : refusal && messages.refusals[refusal];
  const actions = (
    <>
      <TicketFile words={blank.file} disabled={working} onTicket={change} />
      <Button
        testId="enrol"
        look="main"
        disabled={working || ticket.trim() === ''}
        onPress={() => run({ ticket: ticket.trim() })}
      >
        {blank.enrol}
      </Button>
    </>
  );
  return (
    <Page name="blank" chooseLanguage actions={actions}>
      <Heading>{blank.heading}</Heading>
      <p>{blank.body}</p>
      <TicketField ticket={ticket} readOnly={working} onTicket={change} />
      {working && <Notice words={blank.busy} />}
      {!working && Boolean(problem) && <Notice words={problem ?? ''} bad />}
    </Page>
  );
}

interface TicketFieldProps {
  ticket: string;
  readOnly: boolean;
  onTicket: (text: string) => void;
}

function TicketField({ ticket, readOnly, onTicket }: TicketFieldProps): JSX.Element {
  const { blank } = useMessages();
  const id = useId();
  return (
    <div className="ticket">
      <label htmlFor={id}>{blank.ticket}</label>
      <textarea
        id={id}
        rows={3}
        value={ticket}
        readOnly={readOnly}
        maxLength={longestTicket}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        aria-describedby={`${id}-hint`}
        data-testid="ticket"
        onChange={(event) => onTicket(event.target.value)}
      />
      <p id={`${id}-hint`}>{blank.hint}</p>
    </div>
  );
}

interface TicketFileProps {
  words: string;
  disabled: boolean;
  onTicket: (text: string | undefined) => void;
}

/** The browser's own file input, behind a button of the right size. */
function TicketFile({ words, disabled, onTicket }: TicketFileProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (file !== undefined) void readTicketFile(file).then(onTicket);
    // So that the same file can be chosen again after it was corrected.
    event.target.value = '';
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept="text/plain,.txt,.ticket"
        data-testid="ticket-file"
        onChange={choose}
      />
      <Button testId="choose-file" disabled={disabled} onPress={() => input.current?.click()}>
        {words}
      </Button>
    </>
  );
}
