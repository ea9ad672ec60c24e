import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { lateWords } from './en/late-words.js';
import type { words } from './en/words.js';

const storageKey = 'carillon-language';
export type Language = 'en' | 'zh';

type Words = typeof words & typeof lateWords;

/** What the server says, in a language that is not the server's own; null while the page is read in English. */
let serverWords: (import('./zh/said.js').Words & typeof import('./zh/said.js')) | null = null;
export const wordsOfServer = (language: Language) => (language === 'en' ? null : serverWords);

/** What a page may ask for: a key, without the ending by which i18next tells one from many. */
export type Word = keyof {
  [Key in keyof Words as Key extends `${infer Stem}_${'one' | 'other'}` ? Stem : Key]: string;
};

/** Only the language that is read is loaded. */
const load = {
  en: () => import('./en/words.js'),
  zh: async () => {
    // What says them comes with them, so that pages in English load none of it.
    const [own, server, said] = await Promise.all([
      import('./zh/words.js'),
      import('./zh/server-words.js'),
      import('./zh/said.js'),
    ]);
    serverWords = { ...server, ...said };
    return own;
  },
} satisfies Record<Language, () => Promise<{ words: Record<string, string> }>>;

const loadLate = {
  en: () => import('./en/late-words.js'),
  zh: async () => {
    const [own, late] = await Promise.all([import('./zh/late-words.js'), import('./zh/sentences/late.js')]);
    if (serverWords) serverWords = { ...serverWords, late };
    return own;
  },
} satisfies Record<Language, () => Promise<{ lateWords: Record<string, string> }>>;
let isLateWanted = false;

/** Loads what pages behind the first one say; once, and from then on in each language that is chosen. */
export async function loadLateWords(): Promise<void> {
  if (isLateWanted && i18next.exists(lateSign)) return;
  isLateWanted = true;
  await addLateWords(i18next.language === 'zh' ? 'zh' : 'en');
}

/** A word by which late words are known to be there. */
const lateSign: keyof typeof lateWords = 'runs.ran';

async function addLateWords(language: Language): Promise<void> {
  const { lateWords } = await loadLate[language]();
  i18next.addResourceBundle(language, 'translation', lateWords, true);
}

/** Chooses the language, as kept, else as the browser says, and loads its words. */
export async function startI18n(): Promise<void> {
  const kept = localStorage.getItem(storageKey);
  const language = kept === 'en' || kept === 'zh' ? kept : navigator.language.startsWith('zh') ? 'zh' : 'en';
  const { words } = await load[language]();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: words } },
    // Words are named in full; a dot in a key is only a dot.
    keySeparator: false,
    nsSeparator: false,
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = language;
}

async function changeLanguage(next: Language): Promise<void> {
  const { words } = await load[next]();
  i18next.addResourceBundle(next, 'translation', words, true);
  if (isLateWanted) await addLateWords(next);
  await i18next.changeLanguage(next);
  localStorage.setItem(storageKey, next);
  document.documentElement.lang = next;
}

/**
 * `t('hosts.none')`, checked by the compiler, and the choice of language. A word that counts something is given
 * `count`, and stands in the language's own singular or plural.
 */
export function useWords() {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en';
  return {
    t: (word: Word, values?: Record<string, string | number>): string => t(word, values ?? {}),
    language,
    toggleLanguage: () => void changeLanguage(language === 'zh' ? 'en' : 'zh'),
  };
}
