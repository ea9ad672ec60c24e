import { describe, expect, it } from 'vitest';
import { plainText } from './plain-text.js';

const esc = '\u001b';

describe('a line of output', () => {
  it.each([
    ['colours', `${esc}[1;31mred${esc}[0m ${esc}[38;5;196mmore${esc}[K`, 'red more'],
    ['a colour by the one-byte order', '\u009b31mred', 'red'],
    ['a title and a link', `${esc}]0;title\u0007a ${esc}]8;;http://x${esc}\\link${esc}]8;;${esc}\\`, 'a link'],
    ['a movement that would overwrite', `safe${esc}[2K${esc}[1Gevil`, 'safeevil'],
    ['concealed text', `${esc}[8mhidden${esc}[28m`, 'hidden'],
    ['a title without an end', `${esc}]0;all that follows`, '␛]0;all that follows'],
    ['controls', 'a\u0000b\u0008\u007f\u0085', 'a␀b␈␡⟨U+0085⟩'],
    ['a turned direction', 'file\u202egpj.exe', 'file⟨U+202E⟩gpj.exe'],
    ['marks without width', 'a\u200bb\u2066c\ufeff', 'a⟨U+200B⟩b⟨U+2066⟩c⟨U+FEFF⟩'],
    ['the mark of a file in UTF-8', '\ufeffhello', 'hello'],
    ['tabs, HTML, other scripts', '\t<b>x</b> & 备份 مرحبا 👩‍💻', '\t<b>x</b> & 备份 مرحبا 👩‍💻'],
  ])('%s', (_, line, expected) => {
    expect(plainText(line)).toBe(expected);
  });
});
