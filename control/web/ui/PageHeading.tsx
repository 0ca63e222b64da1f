import { createContext, useContext, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';

/** Says whether a heading was shown before: the first one must not take the focus from the browser's own start. */
const ShownBefore = createContext<() => boolean>(() => true);

/** Remembers, for the headings inside it, that the page has begun. */
export function PageHeadings({ children }: { children: ReactNode }): ReactNode {
  const [shownBefore] = useState(() => rememberFirst());
  return <ShownBefore value={shownBefore}>{children}</ShownBefore>;
}

function rememberFirst(): () => boolean {
  let before = false;
  return () => {
    const answer = before;
    before = true;
    return answer;
  };
}

interface PageHeadingProps {
  /** The words of the heading, also the page's title. */
  words: string;
  caption?: string;
}

/** A view's heading: names the page in its title, and takes the focus when the view appears (WCAG 2.2, 2.4.2 and 2.4.3). */
export function PageHeading({ words, caption }: PageHeadingProps): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const shownBefore = useContext(ShownBefore);
  useEffect(() => {
    const before = document.title;
    document.title = `${words} – Sallyport`;
    return () => {
      // A heading that stood before another one for a while (the sign-in) gives the title back.
      document.title = before;
    };
  }, [words]);
  useEffect(() => {
    if (shownBefore()) heading.current?.focus();
  }, [shownBefore]);
  return (
    <h1 ref={heading} className="nhsuk-heading-l" tabIndex={-1}>
      {caption === undefined ? null : <span className="nhsuk-caption-l">{caption}</span>}
      {words}
    </h1>
  );
}
