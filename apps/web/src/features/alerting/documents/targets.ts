/** Whom a route tells, as choices of a list: a channel by its name, anything more as JSON, `{"onCall":"night"}`. */
export function choicesOf(written: unknown): string[] {
  if (written === undefined || written === null) return [];
  const list = Array.isArray(written) ? written : [written];
  return list.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
}

/** The same as a file says it. No name of a channel begins like JSON. */
export function targetsOf(choices: readonly string[]): unknown[] {
  return choices.map((choice) => (choice.startsWith('{') ? (JSON.parse(choice) as unknown) : choice));
}

/** Whoever is on duty in a schedule, as a choice. */
export const onDuty = (schedule: string): string => JSON.stringify({ onCall: schedule });

/** What a choice says: a channel or a schedule, and the rest of it (`to` somebody, `channels` of the person). */
export function readChoice(choice: string): { channel?: string; onCall?: string; more: string } {
  if (!choice.startsWith('{')) return { channel: choice, more: '' };
  const { channel, onCall, ...rest } = JSON.parse(choice) as Record<string, unknown>;
  return {
    ...(channel === undefined ? {} : { channel: String(channel) }),
    ...(onCall === undefined ? {} : { onCall: String(onCall) }),
    more: Object.values(rest).flat().map(String).join(', '),
  };
}

/** People of a schedule, one a line: `ann: email=ann@example.com, sms`. */
export function peopleText(people: unknown): string {
  if (typeof people !== 'object' || people === null) return '';
  return Object.entries(people)
    .map(([person, ways]) => {
      const told = Object.entries((ways ?? {}) as Record<string, unknown>).map(([channel, to]) =>
        to === true ? channel : `${channel}=${String(to)}`,
      );
      return `${person}: ${told.join(', ')}`;
    })
    .join('\n');
}

/** The same as a file says it; null: a line is not of that form, or a person has two. */
export function readPeople(text: string): Record<string, Record<string, string | true>> | null {
  const people: Record<string, Record<string, string | true>> = {};
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const [, person = '', ways = ''] = /^([^:]+):(.*)$/.exec(line.trim()) ?? [];
    const told = ways.split(',').map((way) => way.trim());
    if (person.trim() === '' || Object.hasOwn(people, person.trim()) || told.includes('')) return null;
    people[person.trim()] = Object.fromEntries(
      told.map((way) => {
        const at = way.indexOf('=');
        return at < 0 ? [way, true] : [way.slice(0, at).trim(), way.slice(at + 1).trim()];
      }),
    );
  }
  return people;
}
