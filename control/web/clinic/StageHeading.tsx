import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

interface StageHeadingProps {
  words: string;
  id?: string;
}

/**
 * The heading of where the room stands. It takes the focus when the words change and what had it is gone from the page, so
 * that the keyboard goes on from here (WCAG 2.2, 2.4.3); somebody who is typing elsewhere is left alone.
 */
export function StageHeading({ words, id }: StageHeadingProps): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isFree) heading.current?.focus();
  }, [words]);
  return (
    <h2 ref={heading} id={id} className="nhsuk-heading-m" tabIndex={-1}>
      {words}
    </h2>
  );
}
