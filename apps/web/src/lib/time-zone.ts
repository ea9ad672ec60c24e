export const zoneChoices = ['own', 'host', 'utc'] as const;
/** Whose clock times are told by: the reader's, that of the host a thing happened on, or UTC. */
export type ZoneChoice = (typeof zoneChoices)[number];

/** What was chosen last in this browser, by whomever: shown until it is known who reads. */
const lastKey = 'carillon-zone';
let choice: ZoneChoice = read(lastKey) ?? 'own';
let reader = '';
const listeners = new Set<() => void>();

/** For `useSyncExternalStore`. */
export const zoneChoice = (): ZoneChoice => choice;

/** For `useSyncExternalStore`. @returns how to stop listening */
export function onZoneChoice(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes up what this user chose in this browser before. */
export function openZoneChoice(user: string): void {
  reader = user;
  show(read(keyOf(user)) ?? 'own');
}

export function chooseZone(next: ZoneChoice): void {
  localStorage.setItem(lastKey, next);
  if (reader !== '') localStorage.setItem(keyOf(reader), next);
  show(next);
}

function show(next: ZoneChoice): void {
  if (next === choice) return;
  choice = next;
  for (const listener of listeners) listener();
}

const keyOf = (user: string) => `${lastKey}:${user}`;

function read(key: string): ZoneChoice | undefined {
  const kept = localStorage.getItem(key);
  return zoneChoices.find((known) => known === kept);
}
