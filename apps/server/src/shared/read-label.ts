import { makeProblem } from '@carillon/core/problem';
import { invalidInput } from '../http/api-error.js';

/** A label in a query. @throws ApiError when it is not `key=value` */
export function readLabel(text: string | undefined): { key: string; value: string } | undefined {
  if (text === undefined) return undefined;
  const at = text.indexOf('=');
  if (at < 1) throw invalidInput([makeProblem('label', 'wrong_value', 'key=value', text)]);
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}
