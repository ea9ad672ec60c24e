import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { en, type Words } from './en.js';
import { zh } from './zh.js';

const storageKey = 'carillon-language';
export type Language = 'en' | 'zh';
export type Word = keyof Words;

/** Chooses the language: as kept, else as the browser says. */
export function startI18n(): void {
  const kept = localStorage.getItem(storageKey);
  const language = kept === 'en' || kept === 'zh' ? kept : navigator.language.startsWith('zh') ? 'zh' : 'en';
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, zh: { translation: zh } },
    // Words are named in full; a dot in a key is only a dot.
    keySeparator: false,
    nsSeparator: false,
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = language;
}

/** `t('hosts.none')`, checked by the compiler, and the choice of language. */
export function useWords() {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en';
  return {
    t: (word: Word, values?: Record<string, string | number>): string => t(word, values ?? {}),
    language,
    toggleLanguage: () => {
      const next: Language = language === 'zh' ? 'en' : 'zh';
      localStorage.setItem(storageKey, next);
      document.documentElement.lang = next;
      void i18n.changeLanguage(next);
    },
  };
}
