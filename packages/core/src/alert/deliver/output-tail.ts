/** As much of the end of a run's output as a notice carries, in bytes of UTF-8. */
export const outputTailBytes = 2_048;

/** What would colour, move or erase what was written before it; lines and tabs stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * The last lines of what a run wrote, as far as they fit; hostile text. Begins with a whole line where there is one, with
 * `…` where something was left out.
 */
export function outputTail(text: string, bytes = outputTailBytes): string {
  const clean = text.replace(/\r\n?/g, '\n').replace(controls, '').trimEnd();
  const encoder = new TextEncoder();
  if (encoder.encode(clean).length <= bytes) return clean;
  const room = bytes - encoder.encode('…\n').length;
  let length = 0;
  const kept: string[] = [];
  for (const character of [...clean.slice(-bytes)].reverse()) {
    length += encoder.encode(character).length;
    if (length > room) break;
    kept.push(character);
  }
  const tail = kept.reverse().join('');
  const line = tail.indexOf('\n');
  return line < 0 ? `…${tail}` : `…\n${tail.slice(line + 1)}`;
}
