import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { ShownOnce } from '../ui/ShownOnce.tsx';
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
  const file = useTextFile(`${ticket}\n`);
  return (
    <ShownOnce
      heading={t('ticket.heading', { laptop: name })}
      once={t('ticket.once', { when: formatMoment(expiresAt, language) })}
      secret={ticket}
      use={t('ticket.use')}
      testId="ticket"
      onDone={onDone}
    >
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
    </ShownOnce>
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
