import type { ReactNode } from 'react';
import { SummaryList } from 'nhsuk-react-components';

/** One line of a summary list. */
export function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <SummaryList.Row>
      <SummaryList.Key>{name}</SummaryList.Key>
      <SummaryList.Value>{children}</SummaryList.Value>
    </SummaryList.Row>
  );
}
