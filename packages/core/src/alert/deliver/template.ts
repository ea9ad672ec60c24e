import type { ExpectedText } from '../../text/expected-texts.js';
import type { NoticeContent } from '../notice.js';

/** What a template may name. There is no logic in it, and nothing of it is ever run. */
const placeholders: Readonly<Record<string, (content: NoticeContent) => string | number | null | undefined>> = {
  reason: ({ reason }) => reason,
  text: ({ text }) => text,
  job: ({ job }) => job,
  host: ({ host }) => host,
  runbook: ({ runbook }) => runbook,
  'incident.number': ({ incident }) => incident?.number,
  'incident.title': ({ incident }) => incident?.title,
  'incident.state': ({ incident }) => incident?.state,
  'incident.severity': ({ incident }) => incident?.severity,
  'incident.policy': ({ incident }) => incident?.policy,
  'incident.openedAt': ({ incident }) => incident?.openedAt,
  'incident.assignee': ({ incident }) => incident?.assignee,
  'incident.acknowledgedBy': ({ incident }) => incident?.acknowledgedBy,
  'resolution.at': ({ resolution }) => resolution?.at,
  'resolution.evidence': ({ resolution }) => resolution?.evidence ?? resolution?.by,
  'resolution.alerts': ({ resolution }) => resolution?.alerts,
  'run.id': ({ run }) => run?.id,
  'run.outcome': ({ run }) => run?.outcome,
  'run.exitCode': ({ run }) => run?.exitCode,
  'run.output': ({ run }) => run?.output,
  'spread.hosts': ({ spread }) => spread?.hosts,
  'spread.firing': ({ spread }) => spread?.firing,
  'links.incident': ({ links }) => links.incident,
  'links.acknowledge': ({ links }) => links.acknowledge,
  'links.run': ({ links }) => links.run,
};

const placeholder = /\{\{\s*([A-Za-z0-9._-]+)\s*\}\}/g;
const label = /^labels\.([A-Za-z0-9._/-]{1,63})$/;

/** @returns what is wrong with a template; undefined when nothing is */
export function templateProblem(template: string): ExpectedText | undefined {
  for (const [whole, name = ''] of template.matchAll(placeholder)) {
    if (!Object.hasOwn(placeholders, name) && !label.test(name))
      return `placeholders such as {{incident.title}}; ${whole} is not one of ${Object.keys(placeholders).join(', ')}, labels.KEY`;
  }
  const rest = template.replace(placeholder, '');
  return /\{\{|\}\}/.test(rest) ? 'placeholders such as {{incident.title}}, each with both of its braces' : undefined;
}

/** Whether a template asks for what a run wrote: only then it is read. */
export function asksForOutput({
  subject,
  text,
}: {
  readonly subject: string | null;
  readonly text: string | null;
}): boolean {
  const names = [...`${subject ?? ''}${text ?? ''}`.matchAll(placeholder)].map(([, name]) => name);
  return names.includes('run.output');
}

/** Fills a template in one pass: what is put in is never looked at again. What is not known is left empty. */
export function fillTemplate(template: string, content: NoticeContent): string {
  return template.replace(placeholder, (_whole, name: string) => {
    const key = label.exec(name)?.[1];
    const value = key === undefined ? placeholders[name]?.(content) : content.labels[key];
    return value === null || value === undefined ? '' : String(value);
  });
}
