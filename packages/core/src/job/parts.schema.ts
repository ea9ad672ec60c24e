import { checkTaskPath } from '@carillon/wintask/schtasks/arguments';
import { formatShortDuration, parseShortDuration } from '@carillon/wintask/time/duration';
import { z } from 'zod';
import { templateProblem } from '../run/template.js';
import type { ExpectedText } from '../text/expected-texts.js';
import { problemParams } from '../zod-problems.js';
import { jobLimits } from './job-limits.js';

/** A name that is also a task's name under `\Carillon\`, so Task Scheduler's rules for names hold. */
export const nameSchema = z
  .string()
  .min(1)
  .max(jobLimits.nameCharacters)
  .refine(
    (name) => checkTaskPath(`\\Carillon\\${name}`).ok && !name.includes('\\'),
    problemParams('wrong_value', 'a name without \\ / : * ? " < > | and without blanks or dots at its ends'),
  );

/** `90s`, `5m`, `2h`, `1h30m`, `1d` -> milliseconds. */
export const durationSchema = (range: { min: number; max: number }) =>
  z.string().transform((text, context) => {
    const ms = parseShortDuration(text);
    if (ms !== undefined && ms >= range.min && ms <= range.max) return ms;
    const expected: ExpectedText = `a duration such as 90s, 5m, 2h or 1d, from ${formatShortDuration(range.min)} to ${formatShortDuration(range.max)}`;
    context.addIssue({ code: 'custom', input: text, ...problemParams('wrong_value', expected) });
    return z.NEVER;
  });

/** `1MiB`, `256KiB`, `20GiB`, `4096` -> bytes. */
export const byteSizeSchema = (range: { min: number; max: number }) =>
  z.union([z.string(), z.number()]).transform((value, context) => {
    const match = /^(\d+)\s*(B|KiB|MiB|GiB|TiB)?$/.exec(String(value));
    const factor = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 }[match?.[2] ?? 'B'] ?? 1;
    const bytes = match ? Number(match[1]) * factor : Number.NaN;
    if (bytes >= range.min && bytes <= range.max) return bytes;
    const expected: ExpectedText = `a size such as 256KiB or 1MiB, from ${range.min} to ${range.max} bytes`;
    context.addIssue({ code: 'custom', input: value, ...problemParams('wrong_value', expected) });
    return z.NEVER;
  });

/** `{{scheduledFor:yyyy-MM-dd}}` and the like; the problem is found here and not by a run. */
export function checkPlaceholders(text: string, context: z.RefinementCtx): void {
  const problem = templateProblem(text);
  if (problem !== null)
    context.addIssue({ code: 'custom', input: text, ...problemParams('wrong_value', `placeholders, but ${problem}`) });
}

/** `85%` or `85` -> 85. */
export const percentSchema = z.union([z.string(), z.number()]).transform((value, context) => {
  const match = /^(\d{1,3}(?:\.\d+)?)\s*%?$/.exec(String(value).trim());
  const percent = match ? Number(match[1]) : Number.NaN;
  if (percent > 0 && percent <= 100) return percent;
  context.addIssue({
    code: 'custom',
    input: value,
    ...problemParams('wrong_value', 'a share such as 85%, above 0 and at most 100'),
  });
  return z.NEVER;
});

const maxExitCode = 0xffff_ffff;

/** `0`, `-1`, `3221225786`, `"1-7"`; negative codes are the same 32 bits read as signed. */
export const exitCodeRangeSchema = z.union([z.number(), z.string()]).transform((value, context) => {
  const match = /^(-?\d+)(?:\s*-\s*(\d+))?$/.exec(String(value).trim());
  const from = match ? Number(match[1]) : Number.NaN;
  const to = match?.[2] === undefined ? from : Number(match[2]);
  if (from >= -0x8000_0000 && to <= maxExitCode && from <= to && (from >= 0 || from === to))
    return { from: from >>> 0, to: to >>> 0 };
  context.addIssue({
    code: 'custom',
    input: value,
    ...problemParams('wrong_value', 'an exit code such as 0 or a range such as 1-7'),
  });
  return z.NEVER;
});

const labelKey = /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/;

/** `key: value` pairs on hosts. Values may be written as numbers or booleans in YAML; they are text. */
export const labelsSchema = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .transform((labels, context) => {
    for (const [key, value] of Object.entries(labels)) {
      if (!labelKey.test(key) || String(value).length > 100) {
        const expected = 'label keys of letters, digits and . _ / -, at most 63 characters, values at most 100';
        context.addIssue({ code: 'custom', input: labels, path: [key], ...problemParams('wrong_value', expected) });
      }
    }
    return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
  });

/** A path of files; `*` and `?` stand for what is in the folder. */
export const filePatternSchema = z
  .string()
  .min(1)
  .max(1_000)
  .refine(
    (path) => !/["<>|\p{Cc}]/u.test(path) && !/[*?]/.test(path.replace(/[^\\/]*$/, '')),
    problemParams('wrong_value', 'a path, with * and ? only in its last part'),
  );

/** Name of a secret that was handed over on hosts. */
export const secretNameSchema = z
  .string()
  .refine(
    (name) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name),
    problemParams('wrong_value', 'a name of letters, digits and . _ -, at most 64 characters'),
  );

export const hostNameSchema = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => /^[^\s\\/:*?"<>|\p{Cc}]+$/u.test(name), problemParams('wrong_value', 'a host name'));
