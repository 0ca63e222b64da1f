import type { ReactNode } from 'react';
import { useSpeech } from './Language.tsx';
import { PageHeading } from './PageHeading.tsx';

/** For an address that names no view. */
export function NotFound(): ReactNode {
  const { t } = useSpeech();
  return (
    <>
      <PageHeading words={t('page.notFound')} />
      <p>
        <a href="#/">{t('page.back')}</a>
      </p>
    </>
  );
}
