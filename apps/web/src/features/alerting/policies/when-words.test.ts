import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { alerting as english } from '../../../i18n/en/alerting.js';
import { alerting as chinese } from '../../../i18n/zh/alerting.js';
import { whenWords } from './when-words.js';

const said = (language: 'en' | 'zh', when: Record<string, unknown>) => {
  const i18n = i18next.createInstance();
  void i18n.init({
    ...{ lng: language, fallbackLng: false, keySeparator: false, nsSeparator: false, initAsync: false },
    interpolation: { escapeValue: false },
    resources: { [language]: { translation: language === 'en' ? english : chinese } },
  });
  return whenWords(when, (word, values) => i18n.t(word, values ?? {}));
};

describe('what a policy asks about', () => {
  it.each([
    [{ consecutiveFailures: 1 }, '1 failure', '连续失败 1 次'],
    [{ consecutiveFailures: 3 }, '3 failures in a row', '连续失败 3 次'],
    [{ consecutiveFailures: true }, 'a failure', '失败'],
    [{ timedOut: 1 }, '1 time-out', '连续超时 1 次'],
    [{ failures: { atLeast: 2, of: 5 } }, '2 of the last 5 runs failed', '最近 5 次运行中 2 次失败'],
  ])('%j is said in the right number', (when, en, zh) => {
    expect(said('en', when)).toEqual([en]);
    expect(said('zh', when)).toEqual([zh]);
  });
});
