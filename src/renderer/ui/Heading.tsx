import { useEffect, useRef } from 'react';
import type { JSX, ReactNode } from 'react';

interface HeadingProps {
  children: ReactNode;
  /** Only read out: the screen shows by its picture what it is. */
  unseen?: boolean;
}

/** The heading of a screen. It takes the focus when the screen appears, so that those who cannot see it hear it. */
export function Heading({ children, unseen = false }: HeadingProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} tabIndex={-1} className={unseen ? 'unseen' : undefined} data-testid="heading">
      {children}
    </h1>
  );
}
