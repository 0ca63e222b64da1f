import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, InsetText } from 'nhsuk-react-components';
import { useAnnounce } from '../ui/Announcer.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { PageHeading } from '../ui/PageHeading.tsx';
import { ticketFileName } from './ticket-draft.ts';

interface TicketShownProps {
  ticket: string;
  expiresAt: number;
  /** The laptop's name. */
  name: string;
  onDone: () => void;
}

/** A new ticket, this one time: to copy, to download, to print. */
export function TicketShown({ ticket, expiresAt, name, onDone }: TicketShownProps): ReactNode {
  const { t, language } = useSpeech();
  const announce = useAnnounce();
  const file = useTextFile(`${ticket}\n`);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(ticket);
      announce(t('ticket.copied'));
    } catch {
      announce(t('ticket.notCopied'));
    }
  };
  return (
    <>
      <PageHeading words={t('ticket.heading', { laptop: name })} />
      <InsetText>
        <p>{t('ticket.once', { when: formatMoment(expiresAt, language) })}</p>
      </InsetText>
      <p className="app-ticket" data-testid="ticket">
        {ticket}
      </p>
      <p>{t('ticket.use')}</p>
      <div className="nhsuk-button-group app-no-print">
        <Button type="button" data-testid="ticket-copy" onClick={() => void copy()}>
          {t('ticket.copy')}
        </Button>
        <a
          className="nhsuk-button nhsuk-button--secondary"
          data-testid="ticket-download"
          href={file}
          download={ticketFileName(name)}
        >
          {t('ticket.download')}
        </a>
        <Button
          type="button"
          secondary
          data-testid="ticket-print"
          onClick={() => {
            window.print();
          }}
        >
          {t('page.print')}
        </Button>
        <Button type="button" secondary data-testid="ticket-done" onClick={onDone}>
          {t('ticket.another')}
        </Button>
      </div>
    </>
  );
}

/** The address of a text file that exists while the page shows it. */
function useTextFile(text: string): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    // eslint-disable-next-line react-hooks/set-state-in-effect -- the address belongs to the browser and must be revoked
    setAddress(made);
    return () => {
      URL.revokeObjectURL(made);
    };
  }, [text]);
  return address;
}
