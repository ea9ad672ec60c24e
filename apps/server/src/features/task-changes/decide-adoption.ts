import { adoptDrift } from '@carillon/core/adopt/adopt-drift';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { onHost, withOverride } from '@carillon/core/job/host-overrides';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { taskPathOf } from '@carillon/core/job/task-for-job';
import type { AdoptionProblemText } from '@carillon/core/text/adoption-texts';
import type { RecordText } from '@carillon/core/text/record-texts';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type { TaskXmlText } from '@carillon/wintask/words/task-xml-texts';
import type { AdoptionDecision, AdoptionFacts, UndoFacts } from '../../store/task-adoption.store.js';

/**
 * What becomes of an edited task, with each reason as `code: words`.
 * @param isAsked somebody asks for it, whatever the job says about edits
 */
export function decideAdoption(facts: AdoptionFacts, nowMs: number, isAsked = false): AdoptionDecision {
  const { definition, comparedWith, found } = facts;
  if (facts.isOld) return left('old_news', 'something newer is known of this task');
  if (facts.isDeleted) return left('job_deleted', 'the job is no more');
  if (facts.current.onDrift !== 'adopt' && !isAsked)
    return left('not_wanted', 'the job no longer keeps what is edited on hosts');
  if (found === 'deleted') return left('deleted', 'it was deleted; take the host out of the job’s targets instead');
  if (found === 'unreadable') return left('unreadable', 'it cannot be read');
  if (definition === null || comparedWith === null)
    return left('no_definition', 'the host could not tell what it is now, or it is too long');
  const read = readTaskXml(definition);
  if (!read.ok) return left('unreadable', read.problem.message);
  const { timezone, runner, sids } = comparedWith;
  if (!isTimeZone(timezone)) return left('timezone', `the host's time zone ${timezone} is not known here`);
  const adoption = adoptDrift({
    jobId: facts.jobId,
    hostName: facts.host,
    found: read.task,
    base: { version: facts.version, spec: facts.base },
    current: { version: facts.currentVersion, spec: facts.current },
    facts: { hostTimezone: timezone, runner, sids, agentId: facts.hostId },
    nowMs,
  });
  if (adoption.kind === 'left') return { kind: 'left', reasons: adoption.reasons.map(asText) };
  const reason = `${whoEdited(facts)}: ${adoption.parts.join(', ')}`;
  return { kind: 'adopted', spec: adoption.spec, reason, notes: adoption.notes.map(asText) };
}

/** The current definition without what was adopted: on that host these parts are as they were before. */
export function withoutAdopted({ adopted, before, current, host }: UndoFacts): JobSpec {
  const [then, now] = [onHost(before, host), onHost(adopted, host)];
  const { schedule, runAs, rights = 'ordinary', enabled, onMissed } = then;
  const was: Readonly<Record<string, unknown>> = { ...now, rights: now.rights ?? 'ordinary' };
  const parts = Object.entries({ schedule, runAs, rights, enabled, onMissed }).filter(
    ([part, value]) => canonicalJson(value as unknown as Json) !== canonicalJson(was[part] as Json),
  );
  return withOverride(current, host, Object.fromEntries(parts));
}

function left(code: string, message: AdoptionProblemText | TaskXmlText): AdoptionDecision {
  return { kind: 'left', reasons: [asText({ code, message })] };
}

function asText({ code, message }: { code: string; message: string }): string {
  return `${code}: ${message}`;
}

/** `\Carillon\nightly was edited on web-01 by CORP\ann at 2026-11-26T02:00:00.000Z`, as far as that is known. */
function whoEdited({ base, host, found, changedBy, changedAt }: AdoptionFacts): RecordText {
  const act = found === 'disabled' ? 'switched off' : 'edited';
  const who = changedBy === null ? '' : (` by ${changedBy}` as const);
  const when = changedAt === null ? '' : (` at ${changedAt.toISOString()}` as const);
  return `${taskPathOf(base.name)} was ${act} on ${host}${who}${when}`;
}
