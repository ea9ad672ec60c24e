import { describeResultCode } from '@carillon/wintask/result-codes';

/** Characters that would end a line, a header or a terminal's patience. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** Text that turns the direction of what follows it: names could look like others. */
export const directions = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** One line without what is not to be seen in one. */
export function oneLine(text: string, characters = 300): string {
  const line = text.replace(controls, ' ').replace(directions, '').trim();
  return line.length <= characters ? line : `${line.slice(0, characters - 1)}…`;
}

/** `2: The file was not found.` */
export function exitCodeText(code: number): string {
  const { text, hex } = describeResultCode(code);
  return code > 0xffff ? `${hex}: ${text}` : `${code}: ${text}`;
}
