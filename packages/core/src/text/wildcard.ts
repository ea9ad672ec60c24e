/**
 * Does a text fit a pattern in which `*` stands for any letters, also none? In any case. Without regular expressions, whose
 * stars backtrack into each other: both are somebody's text. Takes at most so many steps as both lengths multiplied.
 * @param oneLetter a sign that stands for any one letter, where there is one
 */
export function fitsWildcard(pattern: string, text: string, oneLetter?: '?'): boolean {
  const [signs, letters] = [[...pattern.toLowerCase()], [...text.toLowerCase()]];
  let [sign, letter] = [0, 0];
  // Where the last star stands, and how far what it stands for goes: only that is ever tried again.
  let star = -1;
  let taken = 0;
  while (letter < letters.length) {
    if (signs[sign] === '*') {
      star = sign;
      taken = letter;
      sign += 1;
    } else if (sign < signs.length && (signs[sign] === letters[letter] || signs[sign] === oneLetter)) {
      sign += 1;
      letter += 1;
    } else if (star >= 0) {
      taken += 1;
      letter = taken;
      sign = star + 1;
    } else return false;
  }
  return signs.slice(sign).every((rest) => rest === '*');
}
