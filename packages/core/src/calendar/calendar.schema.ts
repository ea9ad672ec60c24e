import { dayFilter } from '@carillon/wintask/schedule/day-calendar';
import { z } from 'zod';
import { jobLimits } from '../job/job-limits.js';
import { nameSchema } from '../job/parts.schema.js';
import { problemParams } from '../zod-problems.js';
import { isCalendarName } from './named-days.js';

/** Days that schedules keep to, or leave out, by one name. */
export interface CalendarSpec {
  readonly name: string;
  readonly description: string;
  /** Single days or ranges, of one year or of every: see wintask's `DayCalendar`. */
  readonly days: readonly string[];
}

const daysSchema = z
  .union([z.string(), z.array(z.string()).min(1).max(jobLimits.calendarDays)])
  .transform((days, context) => {
    const list = typeof days === 'string' ? [days] : days;
    const read = dayFilter({ only: list });
    if (!read.ok)
      context.addIssue({ code: 'custom', input: days, ...problemParams('wrong_value', `days, but ${read.message}`) });
    return list;
  });

/** `kind: Calendar` as people write it. Its name stands in schedules beside days, so it must not look like one. */
export const calendarFileSchema = z
  .strictObject({
    kind: z.literal('Calendar'),
    name: nameSchema.refine(
      isCalendarName,
      problemParams('wrong_value', 'a name that begins with a letter, since days begin with a digit'),
    ),
    description: z.string().max(jobLimits.descriptionCharacters).optional(),
    days: daysSchema,
  })
  .transform(({ name, description, days }): CalendarSpec => ({ name, description: description ?? '', days }));
