import type { ReactNode } from 'react';
import { useSpeech } from './Language.tsx';
import { ListTrouble } from './TroubleBox.tsx';
import type { Loaded } from './use-list.ts';

interface LoadedListProps<T> {
  list: Loaded<T>;
  onRetry: () => void;
  children: (value: T) => ReactNode;
}

/** Shows a list from control, or that it is being read, or why it cannot be. */
export function LoadedList<T>({ list, onRetry, children }: LoadedListProps<T>): ReactNode {
  const { t } = useSpeech();
  switch (list.state) {
    case 'loading':
      return <p aria-busy="true">{t('page.loading')}</p>;
    case 'failed':
      return <ListTrouble trouble={list.trouble} onRetry={onRetry} />;
    case 'loaded':
      return (
        <>
          <ListTrouble trouble={list.trouble} onRetry={onRetry} />
          {children(list.value)}
        </>
      );
    default:
      return list satisfies never;
  }
}
