import { type Finding, ok, warning } from './findings.js';

/** Folders of Windows in which accounts that are no administrators may write, or that are not there at boot. */
const looseFolders: readonly [RegExp, string][] = [
  [/^[A-Z]:\\Users\\/i, "a user's own folder"],
  [/^[A-Z]:\\Windows\\Temp\\/i, 'a folder for temporary files'],
  [/^[A-Z]:\\(Temp|Tmp)\\/i, 'a folder for temporary files'],
  [/^\\\\/, 'a share of another machine'],
];

/**
 * Whoever may write the program's file may run as SYSTEM, since that is what starts it.
 * @param loose paths, of the program and its folder, that others than the owner may write, where the system shows modes
 */
export function programPlaceFinding(program: string, loose: readonly string[]): Finding {
  const advice =
    'move it where only administrators write, such as C:\\Program Files\\Carillon, and install it from there';
  const place = looseFolders.find(([pattern]) => pattern.test(program))?.[1];
  if (place) return warning('program', `${program} lies in ${place}; who changes it there runs as SYSTEM`, advice);
  if (loose.length === 0) return ok('program', program);
  return warning(
    'program',
    `others may write ${loose.join(' and ')}, which SYSTEM runs`,
    `chmod go-w ${loose.join(' ')}`,
  );
}
