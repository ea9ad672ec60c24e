import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';

/** What an independent library says about an expression, all in UTC, where no clock changes. */
export type Opinion =
  | { readonly kind: 'refuses'; readonly reason: string }
  | { readonly kind: 'reads'; matches(atMs: number): boolean };

/** The libraries that are asked, most exacting first. */
export const libraries = { croner: askCroner, 'cron-parser': askCronParser } as const;
export type Library = keyof typeof libraries;

/**
 * Croner with five fields. Of the two rules for restricted day fields that are about, crontab(5)'s is asked for: either
 * suffices, unless one of them begins with `*`, which restricts nothing by itself.
 */
function askCroner(expression: string): Opinion {
  const [, , day = '', , weekday = ''] = expression.trim().split(/\s+/);
  const domAndDow = /^[*?]/.test(day) || /^[*?]/.test(weekday);
  return opinion(() => {
    // Not the zone by its name: that is looked up at every question, which takes ten times as long.
    const cron = new Cron(expression, { utcOffset: 0, mode: '5-part', paused: true, domAndDow });
    return (atMs) => cron.match(new Date(atMs));
  });
}

/** cron-parser reads more dialects (`0/15`), and takes six fields when it gets them, so it is asked about five only. */
function askCronParser(expression: string): Opinion {
  if (!expression.startsWith('@') && expression.trim().split(/\s+/).length !== 5)
    return { kind: 'refuses', reason: 'not five fields' };
  return opinion(() => {
    const cron = CronExpressionParser.parse(expression, { tz: 'UTC' });
    return (atMs) => cron.includesDate(new Date(atMs));
  });
}

function opinion(read: () => (atMs: number) => boolean): Opinion {
  try {
    return { kind: 'reads', matches: read() };
  } catch (error) {
    return { kind: 'refuses', reason: error instanceof Error ? error.message : String(error) };
  }
}
