import type { Word } from '../../../i18n/index.js';

type T = (word: Word, values?: Record<string, string | number>) => string;

/** Conditions that count something. */
const counted = ['consecutiveFailures', 'timedOut'] as const;
/** Conditions that are said with their one value, as it was written. */
const plain = ['noSuccessFor', 'longerThan', 'exitCodes', 'output', 'logLevel', 'hostOffline', 'clockSkew'] as const;
const loads = ['cpuAbove', 'memoryAbove', 'diskAbove'] as const;
const bare = ['drift', 'rejected', 'spoolLoss'] as const;

/** What a policy asks about, a sentence for each condition; what is not known here stands as it was written. */
export function whenWords(when: Readonly<Record<string, unknown>>, t: T): string[] {
  const said = Object.entries(when).flatMap(([key, value]): string[] => {
    if (isOneOf(plain, key))
      return [value === true ? t(`when.${key}.any`) : t(`when.${key}`, { value: textOf(value) })];
    if (isOneOf(counted, key))
      return [value === true ? t(`when.${key}.any`) : t(`when.${key}`, { count: countOf(value) })];
    if (isOneOf(bare, key)) return [t(`when.${key}`)];
    if (isOneOf(loads, key)) {
      const { above, for: time } = partsOf(value, 'above');
      return [
        t(`when.${key}`, { value: textOf(above) }) + (time === undefined ? '' : t('when.for', { time: textOf(time) })),
      ];
    }
    if (key === 'failures') {
      const { atLeast, of } = partsOf(value, 'atLeast');
      return [t('when.failures', { atLeast: textOf(atLeast), count: countOf(of) })];
    }
    if (key === 'failureRate') {
      const parts = partsOf(value, 'above');
      const time = textOf(parts.window ?? when.window ?? '15m');
      const count = countOf(parts.minimumRuns ?? when.minimumRuns ?? 20);
      return [t('when.failureRate', { value: textOf(parts.above), time, count })];
    }
    if (key === 'missed') {
      const grace = partsOf(value, 'grace').grace;
      return [t('when.missed') + (typeof grace === 'string' ? t('when.grace', { time: grace }) : '')];
    }
    // Said with the rate, to which they belong.
    if (key === 'window' || key === 'minimumRuns' || key === 'over') return [];
    return [`${key}: ${textOf(value)}`];
  });
  return said;
}

function isOneOf<K extends string>(keys: readonly K[], key: string): key is K {
  return keys.some((one) => one === key);
}

/** A map, or the value of its main part alone. */
function partsOf(value: unknown, main: string): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : { [main]: value };
}

/** What is no number yet stands as it was written, beside the plural. */
function countOf(value: unknown): number | string {
  return typeof value === 'number' ? value : textOf(value);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
