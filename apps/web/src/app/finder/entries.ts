import type { Icon } from '@tabler/icons-react';

export const groups = ['recent', 'pages', 'jobs', 'hosts', 'incidents', 'acts'] as const;
export type Group = (typeof groups)[number];

/** What is done with the job that is chosen; without it everything is found, and opened. */
export const modes = ['run', 'edit'] as const;
export type Mode = (typeof modes)[number];

/** Something that can be gone to or done. */
export interface Entry {
  readonly id: string;
  readonly group: Group;
  readonly label: string;
  /** Said beside it. */
  readonly note?: string;
  /** Other words by which it is found. */
  readonly words?: string;
  readonly Icon: Icon;
  /** @returns true when something is to be chosen after it */
  readonly choose: () => true | undefined;
}

/** Whether every word that is typed stands somewhere in what an entry says. */
export function isMeant(
  { label, note = '', words = '' }: Pick<Entry, 'label' | 'note' | 'words'>,
  typed: string,
): boolean {
  const said = `${label} ${note} ${words}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}

/** Those that are meant, by group, those that begin with what is typed first in each. */
export function sortEntries(entries: readonly Entry[], typed: string): Entry[] {
  const text = typed.trim().toLowerCase();
  const begins = ({ label }: Entry) => (label.toLowerCase().startsWith(text) ? 0 : 1);
  return entries
    .filter((entry) => isMeant(entry, text))
    .sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group) || begins(a) - begins(b));
}

/** `run nightly`: what is done, and to what; null where the text does not begin with one of the verbs and a space. */
export function readVerb(typed: string, verbs: Readonly<Record<Mode, string>>): { mode: Mode; rest: string } | null {
  for (const mode of modes) {
    const start = `${verbs[mode].toLowerCase()} `;
    if (typed.toLowerCase().startsWith(start)) return { mode, rest: typed.slice(start.length) };
  }
  return null;
}
