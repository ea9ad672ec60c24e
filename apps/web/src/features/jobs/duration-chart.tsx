import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useWords } from '../../i18n/index.js';
import { duration } from '../../lib/times.js';

type Day = NonNullable<Response<typeof jobRoutes.statistics>['days']>[number];

const height = 110;
const head = 6;
const usualWidth = 420;
const dayMs = 86_400_000;
const colors = { medianMs: 'var(--mantine-color-teal-6)', p95Ms: 'var(--mantine-color-orange-6)' } as const;

/** What runs usually took, day by day: half of them no longer than the lower line, 95 of 100 no longer than the upper. */
export function DurationChart({ days }: { days: readonly Day[] }) {
  const { t } = useWords();
  const size = useElementSize();
  const width = size.width || usualWidth;
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last || days.length < 2) return null;
  const fromMs = Date.parse(first.day);
  const spanMs = Math.max(dayMs, Date.parse(last.day) - fromMs);
  const most = Math.max(1, ...days.map(({ p95Ms }) => p95Ms));
  const x = (day: string) => 4 + ((Date.parse(day) - fromMs) / spanMs) * (width - 8);
  const y = (ms: number) => head + (1 - ms / most) * (height - head - 1);
  const line = (measure: keyof typeof colors) =>
    days
      .map((each, index) => `${index === 0 ? 'M' : 'L'}${x(each.day).toFixed(1)},${y(each[measure]).toFixed(1)}`)
      .join(' ');
  return (
    <figure ref={size.ref} style={{ margin: 0 }}>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text size="sm" fw={600}>
          {t('job.usualByDay')}
        </Text>
        <Group gap="sm">
          <Key color={colors.p95Ms} text={t('job.p95')} />
          <Key color={colors.medianMs} text={t('job.median')} />
        </Group>
      </Group>
      <svg width={width} height={height} role="img" aria-label={t('job.usualByDay')}>
        {[0, 0.5, 1].map((share) => (
          <line
            key={share}
            x1={0}
            x2={width}
            y1={y(share * most)}
            y2={y(share * most)}
            stroke="var(--mantine-color-default-border)"
          />
        ))}
        <path d={line('p95Ms')} fill="none" stroke={colors.p95Ms} strokeWidth={1.5} strokeDasharray="5 3" />
        <path d={line('medianMs')} fill="none" stroke={colors.medianMs} strokeWidth={1.5} />
        {days.map((each) => (
          <g key={each.day}>
            <title>
              {`${each.day.slice(0, 10)} UTC · ${t('job.median')} ${duration(each.medianMs)} · ${t('job.p95')} ${duration(each.p95Ms)} · ${t('timeline.runs', { count: each.runs })}`}
            </title>
            <rect x={x(each.day) - 6} y={0} width={12} height={height} fill="transparent" />
            <circle cx={x(each.day)} cy={y(each.p95Ms)} r={2.5} fill={colors.p95Ms} />
            <circle cx={x(each.day)} cy={y(each.medianMs)} r={2.5} fill={colors.medianMs} />
          </g>
        ))}
      </svg>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {first.day.slice(0, 10)}
        </Text>
        <Text size="xs" c="dimmed">
          {t('job.upTo', { time: duration(most) })}
        </Text>
        <Text size="xs" c="dimmed">
          {last.day.slice(0, 10)}
        </Text>
      </Group>
    </figure>
  );
}

function Key({ color, text }: { color: string; text: string }) {
  return (
    <Group gap={4}>
      <span aria-hidden style={{ width: 12, height: 3, background: color }} />
      <Text size="xs" c="dimmed">
        {text}
      </Text>
    </Group>
  );
}
