import type { ReactNode } from 'react';
import { SummaryList, Tag } from 'nhsuk-react-components';
import type { Approval, SetupView } from '@sallyport/protocol';
import { ApproveButton } from '../ui/ApproveButton.tsx';
import { useAnnounce } from '../ui/Announcer.tsx';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { approveWords, titleOf } from './document-words.ts';
import type { FoundingStepProps } from './People.tsx';

type FoundingDocument = SetupView['documents'][number];

/** The documents that found the fleet, each approved by as many different people as it needs. */
export function Documents({ view, ...step }: FoundingStepProps): ReactNode {
  const { t } = useSpeech();
  return (
    <section aria-labelledby="documents-heading">
      <h2 id="documents-heading" className="nhsuk-heading-m">
        {t('setup.documents')}
      </h2>
      {view.documents.length === 0 ? (
        <p data-testid="documents-later">{t('setup.documentsLater')}</p>
      ) : (
        <>
          <p>{t('setup.documentsExplanation')}</p>
          {view.documents.map((document) => (
            <DocumentCard key={document.id} document={document} view={view} {...step} />
          ))}
        </>
      )}
    </section>
  );
}

function DocumentCard({
  document,
  token,
  view,
  onView,
  onProblem,
}: FoundingStepProps & { document: FoundingDocument }) {
  const { t } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const title = titleOf(document, view, t);
  const complete = document.approvedBy.length >= document.needed;
  const onApproved = async (approval: Approval) => {
    const answer = await api.call('setupApprove', { body: { token, document: document.id, approval } });
    if (!answer.ok) return wordsForTrouble(answer.trouble, t);
    onView(answer.value);
    announce(t('setup.approvedNow', { title }));
    return undefined;
  };
  return (
    <div className="app-card" data-testid="document" data-document={document.title}>
      <h3 className="nhsuk-heading-s">{title}</h3>
      <SummaryList noBorder>
        <Fact name={t('setup.needed')}>{document.needed}</Fact>
        <Fact name={t('setup.approvedBy')}>
          <span data-testid="approved-by">
            {document.approvedBy.length === 0 ? t('setup.nobodyYet') : document.approvedBy.join(', ')}
          </span>
        </Fact>
      </SummaryList>
      {complete ? (
        <p data-testid="document-approved">
          <Tag modifier="green">{t('setup.approved')}</Tag>
        </p>
      ) : (
        <ApproveButton
          task={document.task}
          approver={view.approver}
          words={t(approveWords(document))}
          hiddenWords={title}
          testId="approve-document"
          onApproved={onApproved}
          onProblem={onProblem}
        />
      )}
    </div>
  );
}
