import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import type { RunSpec } from '@carillon/core/job/job-spec';
import { joinCommandLine } from '@carillon/wintask/process/command-line';
import { Code, Stack, Text } from '@mantine/core';
import { Facts } from '../../components/facts.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { duration } from '../../lib/times.js';
import { actionFacts } from './action-facts.js';

type Job = Response<typeof jobRoutes.get>;

/** The part of a spec that this page names; all of it stands below, as it is stored. */
interface ShownSpec {
  readonly runAs: string;
  readonly onOverlap?: string;
  readonly onMissed?: string;
  readonly onDrift?: string;
  readonly timeoutMs?: number | null;
  readonly retry?: { attempts: number; delayMs: number } | null;
  readonly targets: { all?: boolean; labels?: Record<string, string>; hosts?: string[]; groups?: string[] };
  readonly when?: { cpuBelowPercent?: number; memoryBelowPercent?: number; fileExists?: string; waitUpToMs: number };
  readonly run: { kind: string; program?: string; arguments?: string[]; script?: string };
}

export function Definition({ job }: { job: Job }) {
  const { t } = useWords();
  const { choiceText, scheduleText } = useServerText();
  const spec = job.spec as unknown as ShownSpec;
  const { run } = spec;
  const action = actionFacts(run as RunSpec, t);
  return (
    <Stack gap="md">
      {job.description && <Text size="sm">{job.description}</Text>}
      <Facts
        items={[
          [
            t('jobs.schedule'),
            <span key="schedule" className="mono">
              {scheduleText(job.schedule)}
            </span>,
          ],
          [t('jobs.targets'), targetsText(spec.targets, t('common.all'))],
          [t('jobs.runAs'), spec.runAs],
          [t('jobs.owner'), job.owner || '–'],
          ...(spec.when ? [[t('jobs.when'), conditionsText(spec.when, t)] as const] : []),
          [t('jobs.onOverlap'), spec.onOverlap ? choiceText('onOverlap', spec.onOverlap) : '–'],
          [t('jobs.onMissed'), spec.onMissed ? choiceText('onMissed', spec.onMissed) : '–'],
          [t('jobs.onDrift'), spec.onDrift ? choiceText('onDrift', spec.onDrift) : '–'],
          [t('jobs.timeout'), spec.timeoutMs ? duration(spec.timeoutMs) : t('common.none')],
          [t('jobs.retry'), retryText(spec.retry) ?? t('common.none')],
          [t('jobs.enabled'), job.enabled ? t('common.yes') : t('common.no')],
        ]}
      />
      <div>
        <Text size="xs" c="dimmed" mb={4}>
          {t('jobs.what')}: {choiceText('run', run.kind)}
        </Text>
        {action ? (
          <Facts items={action} />
        ) : (
          <Code block mah={260} style={{ overflowY: 'auto' }} tabIndex={0} role="region" aria-label={t('jobs.what')}>
            {run.script ?? joinCommandLine([run.program ?? '', ...(run.arguments ?? [])])}
          </Code>
        )}
      </div>
      <details className="whole">
        <summary>{t('jobs.whole')}</summary>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {JSON.stringify(job.spec, null, 2)}
        </Code>
      </details>
    </Stack>
  );
}

function targetsText({ all, labels, hosts, groups }: ShownSpec['targets'], allWord: string): string {
  const parts = [
    all ? allWord : '',
    Object.entries(labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
    (hosts ?? []).join(', '),
    (groups ?? []).join(', '),
  ];
  return parts.filter(Boolean).join(' · ');
}

function conditionsText(when: NonNullable<ShownSpec['when']>, t: ReturnType<typeof useWords>['t']): string {
  return [
    when.cpuBelowPercent !== undefined && t('jobs.whenCpu', { n: when.cpuBelowPercent }),
    when.memoryBelowPercent !== undefined && t('jobs.whenMemory', { n: when.memoryBelowPercent }),
    when.fileExists !== undefined && t('jobs.whenFile', { path: when.fileExists }),
    when.waitUpToMs > 0 && t('jobs.whenWait', { time: duration(when.waitUpToMs) }),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** `3 × 1m`: attempts and the first wait. */
function retryText(retry: ShownSpec['retry']): string | undefined {
  return retry ? `${retry.attempts} × ${duration(retry.delayMs)}` : undefined;
}
