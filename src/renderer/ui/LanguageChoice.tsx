import { useContext } from 'react';
import type { JSX } from 'react';
import { language as languages } from '@sallyport/protocol';
import { useInvocation } from '../bridge/invocation.ts';
import { LanguageContext, useMessages } from '../messages/catalogue.ts';
import './controls.css';

/** English or Welsh, each named in itself. */
export function LanguageChoice(): JSX.Element {
  const current = useContext(LanguageContext);
  const messages = useMessages();
  const { run } = useInvocation('set-language');
  return (
    <div className="language" role="group" aria-label={messages.language.label}>
      {languages.options.map((language) => (
        <button
          key={language}
          type="button"
          className="language-choice"
          lang={language}
          aria-pressed={language === current}
          data-testid={`language-${language}`}
          onClick={() => run({ language })}
        >
          {messages.language[language]}
        </button>
      ))}
    </div>
  );
}
