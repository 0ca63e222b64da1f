import { useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Table } from 'nhsuk-react-components';
import type { AuditEntry } from '@sallyport/protocol';
import type { Trouble } from '../ui/api.ts';
import { useChanges } from '../ui/Changes.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useSession } from '../ui/Session.tsx';
import { ListTrouble } from '../ui/TroubleBox.tsx';
import { merged, wordsForAction, wordsForDetail } from './audit-pages.ts';

const topics = ['audit'] as const;

/** The record of who did what, newest first, page after page. */
export function AuditPage(): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const [entries, setEntries] = useState<readonly AuditEntry[]>([]);
  const [trouble, setTrouble] = useState<Trouble>();
  const [loaded, setLoaded] = useState(false);

  const read = useCallback(
    (before: number | undefined) => {
      void api.call('audit', { query: before === undefined ? {} : { before } }).then((answer) => {
        setTrouble(answer.ok ? undefined : answer.trouble);
        if (!answer.ok) return;
        setLoaded(true);
        setEntries((known) => merged(known, answer.value.entries));
      });
    },
    [api],
  );
  const readNewest = useCallback(() => {
    read(undefined);
  }, [read]);
  useEffect(readNewest, [readNewest]);
  useChanges(topics, readNewest);
  const oldest = entries.at(-1)?.number ?? 1;
  return (
    <>
      <PageHeading words={t('fleet.audit')} />
      <p>{t('audit.explanation')}</p>
      <ListTrouble trouble={trouble} onRetry={readNewest} />
      {loaded ? <Entries entries={entries} /> : <p aria-busy="true">{t('page.loading')}</p>}
      {oldest > 1 ? (
        <Button
          type="button"
          secondary
          data-testid="audit-older"
          onClick={() => {
            read(oldest);
          }}
        >
          {t('audit.older')}
        </Button>
      ) : null}
    </>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  const { t, language } = useSpeech();
  return (
    <div className="app-scroll" role="region" aria-label={t('fleet.audit')} tabIndex={0}>
      <Table className="app-record">
        <Table.Head>
          <Table.Row>
            <Table.Cell>{t('audit.number')}</Table.Cell>
            <Table.Cell>{t('audit.when')}</Table.Cell>
            <Table.Cell>{t('audit.who')}</Table.Cell>
            <Table.Cell>{t('audit.what')}</Table.Cell>
            <Table.Cell>{t('audit.hash')}</Table.Cell>
          </Table.Row>
        </Table.Head>
        <Table.Body>
          {entries.map((entry) => (
            <Table.Row key={entry.number} data-testid="audit-entry" data-action={entry.action}>
              <Table.Cell>{entry.number}</Table.Cell>
              <Table.Cell>{formatMoment(entry.at, language, true)}</Table.Cell>
              <Table.Cell>
                {entry.actor.name} ({t(`audit.actor.${entry.actor.kind}`)})
              </Table.Cell>
              <Table.Cell>
                <strong>{wordsForAction(entry.action, t)}</strong>
                <span className="app-detail">{wordsForDetail(entry.detail, language)}</span>
              </Table.Cell>
              <Table.Cell>
                <code title={entry.hash}>{entry.hash.slice(0, 10)}…</code>
              </Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table>
    </div>
  );
}
