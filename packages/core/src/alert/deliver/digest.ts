import { alertSeverities } from '../../state/states.js';
import type { TellingText } from '../../text/telling-texts.js';
import type { NoticeContent } from '../notice.js';

type Part = NonNullable<NoticeContent['parts']>[number];

const mostParts = 20;

/** One message in place of many that there is no room for: what they are about, the most frequent first. */
export function digestOf(contents: readonly NoticeContent[]): NoticeContent {
  const counts = new Map<string, Part>();
  for (const { incident, says, text } of contents) {
    const title = incident ? `#${incident.number} ${incident.title}` : text;
    const about = incident && says?.about ? { about: says.about, number: incident.number } : {};
    counts.set(title, { title, ...about, count: (counts.get(title)?.count ?? 0) + 1 });
  }
  const parts = [...counts.values()].sort((a, b) => b.count - a.count);
  const more = parts.slice(mostParts).reduce((sum, { count }) => sum + count, 0);
  const worst = Math.max(
    0,
    ...contents.map(({ incident }) => (incident ? alertSeverities.indexOf(incident.severity) : 0)),
  );
  return {
    reason: 'digest',
    incident: null,
    text: `${contents.length} notices about ${counts.size} incidents, the worst ${alertSeverities[worst] ?? 'low'}` satisfies TellingText,
    job: null,
    host: null,
    run: null,
    spread: null,
    labels: {},
    runbook: null,
    links: { incident: null, acknowledge: null, run: null },
    parts: [...parts.slice(0, mostParts), ...(more > 0 ? [{ title: '…', count: more }] : [])],
  };
}
