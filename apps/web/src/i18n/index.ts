import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { access } from './en/access.js';
import type { Words } from './en/words.js';

const storageKey = 'carillon-language';
export type Language = 'en' | 'zh';

/** What a page may ask for: a key, without the ending by which i18next tells one from many. */
type AllWords = Words & typeof access;
export type Word = keyof {
  [Key in keyof AllWords as Key extends `${infer Stem}_${'one' | 'other'}` ? Stem : Key]: string;
};

/** Only the language that is read is loaded. */
const load = {
  en: () => import('./en/words.js'),
  zh: () => import('./zh/words.js'),
} satisfies Record<Language, () => Promise<{ words: Record<string, string> }>>;

/** Words of pages that are opened now and then: they come with their page, so that they cost others nothing. */
const late = {
  access: { en: () => import('./en/access.js'), zh: () => import('./zh/access.js') },
} satisfies Record<string, Record<Language, () => Promise<{ access: Record<string, string> }>>>;
type LateWords = keyof typeof late;
const lateAdded = new Set<LateWords>();

/** Loads the words of a page that come with it. @returns what `page` is */
export async function withWords<T>(name: LateWords, page: Promise<T>): Promise<T> {
  lateAdded.add(name);
  const [loaded] = await Promise.all([page, addLate(name, i18next.language === 'zh' ? 'zh' : 'en')]);
  return loaded;
}

async function addLate(name: LateWords, language: Language): Promise<void> {
  const words = await late[name][language]();
  i18next.addResourceBundle(language, 'translation', words[name], true);
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
  await Promise.all([...lateAdded].map((name) => addLate(name, next)));
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
