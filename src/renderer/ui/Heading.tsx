import { useEffect, useRef } from 'react';
import type { JSX, ReactNode } from 'react';

/** The heading of a screen. It takes the focus when the screen appears, so that those who cannot see it hear it. */
export function Heading({ children }: { children: ReactNode }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} tabIndex={-1} data-testid="heading">
      {children}
    </h1>
  );
}
