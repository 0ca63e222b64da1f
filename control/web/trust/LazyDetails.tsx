import { useState } from 'react';
import type { ReactNode } from 'react';
import { Details } from 'nhsuk-react-components';

interface LazyDetailsProps {
  summary: string;
  /** Names the one of several, for tests and for finding it. */
  name: string;
  /** Whether it must be open, because something inside is wrong. */
  mustOpen?: boolean;
  children: () => ReactNode;
}

/** Something folded away; what is inside is drawn only when somebody looks: a fleet has hundreds of sites. */
export function LazyDetails({ summary, name, mustOpen = false, children }: LazyDetailsProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen || mustOpen;
  return (
    <Details
      expander
      open={shown}
      data-testid="site"
      data-site={name}
      onToggle={(event: { currentTarget: HTMLDetailsElement }) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <Details.Summary>{summary}</Details.Summary>
      <Details.Text>{shown ? children() : null}</Details.Text>
    </Details>
  );
}
