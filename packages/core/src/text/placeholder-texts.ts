import type { SentenceOf } from './sentences.js';

/** What is wrong with placeholders of a job's texts. */
export const placeholderTexts = {
  placeholder_form: '{{whole}}: expected a form of yyyy, MM, dd, HH, mm, ss and text in single quotes',
  placeholder_name: '{{whole}}: expected one of {{names}}; times with a form such as {{scheduledFor:yyyy-MM-dd}}',
} as const;
export type PlaceholderText = SentenceOf<typeof placeholderTexts>;
