/** Text for the finder's field that is not there yet; null while no finder is on its way. */
let ahead: string | null = null;

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The finder was asked for: what is typed from now on is meant for its field. */
export const waitForField = () => {
  ahead ??= '';
};

/** The field is there, or nobody wants it any more. @returns what was typed meanwhile */
export function takeTypedAhead(): string {
  const text = ahead ?? '';
  ahead = null;
  return text;
}

/** @returns whether the key was meant for the field, and is kept for it */
export function typeAhead({ key, ctrlKey, metaKey, altKey }: Pressed): boolean {
  if (ahead === null || ctrlKey || metaKey || altKey) return false;
  if (key === 'Backspace') ahead = ahead.slice(0, -1);
  // One character, which a name such as `Shift` is not; some take two units.
  else if ([...key].length === 1) ahead += key;
  else return false;
  return true;
}
