import type { SetupView, Statement } from '@sallyport/protocol';
import type { PlainKey, Translate } from '../ui/messages/catalogue.ts';
import { readStatement } from '../ui/read-statement.ts';

type FoundingDocument = SetupView['documents'][number];

/** What a founding document is, in the person's language; control's own title when this page does not know better. */
export function titleOf(document: FoundingDocument, view: Pick<SetupView, 'documents'>, t: Translate): string {
  const statement = statementOf(document);
  if (statement?.type === 'manifest') return t('setup.manifest');
  if (statement?.type !== 'roster') return document.title;
  const sites = view.documents.map(statementOf).flatMap((each) => (each?.type === 'manifest' ? each.sites : []));
  const site = sites.find((each) => each.id === statement.site);
  return site === undefined ? document.title : t('setup.roster', { site: site.name });
}

/** Who is asked to approve, by what the document is. */
export function approveWords(document: FoundingDocument): PlainKey {
  const statement = statementOf(document);
  switch (statement?.type) {
    case 'manifest':
      return 'setup.approveAsTrustee';
    case 'roster':
      return 'setup.approveAsManager';
    case 'grant':
    case 'order':
    case 'join':
    case undefined:
      return 'setup.approve';
    default:
      return statement satisfies never;
  }
}

function statementOf(document: FoundingDocument): Statement | undefined {
  return readStatement(document.task.statement);
}
