import { readerOf, type SentenceOf } from './sentences.js';

/** What notices say beside the title of their incident, or in its place. */
export const tellingTexts = {
  acked: '{{by}} looks after it: nobody else is told',
  digest: '{{notices}} notices about {{incidents}} incidents, the worst {{severity}}',
  more: '{{count}} more since it was told',
  nobody: 'nobody has acknowledged: step {{step}} of {{of}}',
  reminded: 'acknowledged by {{by}} {{time}} ago and it still fires',
  still: 'it still fires after {{time}}',
  test: '{{by}} tried this channel. Nothing is wrong, and nothing is to be done.',
} as const;
export type TellingText = SentenceOf<typeof tellingTexts>;
export type TellingTextCode = keyof typeof tellingTexts;

export const readTelling = readerOf(tellingTexts);
