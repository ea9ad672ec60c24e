import { z } from 'zod';
import { pathProblem } from '../policy/program-path.js';
import type { ExpectedText } from '../text/expected-texts.js';
import { problemParams } from '../zod-problems.js';
import { actionLimits } from './action-limits.js';
import { globProblem } from './glob.js';

/** A folder or file on the host or on a share, said in the one way that can be compared with what a host's policy allows. */
export const actionPathSchema = z
  .string()
  .max(actionLimits.pathCharacters)
  .superRefine((path, context) => {
    const why = path === '' ? 'it is empty' : pathProblem(path);
    if (why === undefined) return;
    const expected: ExpectedText = `an absolute path such as D:\\logs or \\\\server\\share\\logs, but ${why}`;
    context.addIssue({ code: 'custom', input: path, ...problemParams('wrong_value', expected) });
  });

const globSchema = z
  .string()
  .max(actionLimits.patternCharacters)
  .superRefine((pattern, context) => {
    const why = globProblem(pattern);
    if (why === undefined) return;
    const expected: ExpectedText = `a pattern such as *.log or **/*.tmp, but ${why}`;
    context.addIssue({ code: 'custom', input: pattern, ...problemParams('wrong_value', expected) });
  });

/** One pattern, or a list of them. */
export const globsSchema = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(globSchema).min(1).max(actionLimits.patterns),
);
