import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { languages, translator } from './messages/catalogue.ts';
import type { Language, Translate } from './messages/catalogue.ts';

const remembered = 'sallyport.language';

interface Speech {
  language: Language;
  t: Translate;
  change: (language: Language) => void;
}

const SpeechContext = createContext<Speech | undefined>(undefined);

/** Gives everything inside it the person's language, remembered on this computer. */
export function LanguageProvider({ children }: { children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState<Language>(readLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speech = useMemo<Speech>(
    () => ({
      language,
      t: translator(language),
      change(next) {
        rememberLanguage(next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

/** The language in use, its messages, and how to change it. */
export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === undefined) throw new Error('useSpeech outside LanguageProvider');
  return speech;
}

/** The switch between the languages; each is named in itself. */
export function LanguageSwitch(): ReactNode {
  const { language, t, change } = useSpeech();
  return (
    <div className="app-language" role="group" aria-label={t('language.switch')}>
      {languages.map((each) => (
        <button
          key={each}
          type="button"
          lang={each}
          className="app-language__button"
          aria-pressed={each === language}
          onClick={() => {
            change(each);
          }}
        >
          {each === 'en' ? 'English' : 'Cymraeg'}
        </button>
      ))}
    </div>
  );
}

function readLanguage(): Language {
  try {
    const stored = localStorage.getItem(remembered);
    return languages.find((each) => each === stored) ?? 'en';
  } catch {
    return 'en';
  }
}

function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(remembered, language);
  } catch {
    // A browser that stores nothing asks again next time.
  }
}
