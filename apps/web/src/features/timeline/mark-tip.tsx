import { isBadRun, isRunUnderWay } from '@carillon/core/state/states';
import { Stack, Text } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import { duration, localTime } from '../../lib/times.js';
import { layOut, type Picture, pinsOf, type TimelineRow, type TimelineRun } from './lay-out.js';
import type { MarkKind } from './timeline-row.js';

/** A mark of a row that somebody points at, and where it is on the screen. */
export interface Pointed {
  readonly row: TimelineRow;
  readonly kind: MarkKind;
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

/** What a mark says. */
export function MarkTip({ pointed, picture }: { pointed: Pointed; picture: Picture }) {
  return (
    <div
      className="timeline-tip"
      style={{ left: Math.max(150, Math.min(pointed.x, window.innerWidth - 150)), top: pointed.y }}
      role="tooltip"
    >
      <Stack gap={2}>
        <Told pointed={pointed} picture={picture} />
      </Stack>
    </div>
  );
}

function Told({ pointed: { row, kind, index }, picture }: { pointed: Pointed; picture: Picture }) {
  const { t } = useWords();
  switch (kind) {
    case 'run': {
      const runs = layOut(row.runs, picture).marks[index]?.runs ?? [];
      const [run] = runs;
      if (!run) return null;
      return runs.length === 1 ? <OneRun run={run} nowMs={picture.nowMs} /> : <ManyRuns runs={runs} />;
    }
    case 'miss': {
      const miss = row.misses[index];
      if (!miss) return null;
      return (
        <Lines
          title={t(`timeline.${miss.verdict}`)}
          lines={[
            `${miss.job} · ${miss.host}`,
            localTime(miss.from),
            miss.occurrences > 1 ? t('timeline.times', { n: miss.occurrences }) : '',
          ]}
        />
      );
    }
    case 'fire': {
      const fires = pinsOf(row.fires, picture)[index]?.fires ?? [];
      const jobs = [...new Set(fires.map(({ job }) => job))];
      const hosts = Math.max(0, ...fires.map((fire) => fire.hosts));
      return (
        <Lines
          title={fires.length === 1 ? t('timeline.coming') : t('timeline.comingMany', { count: fires.length })}
          lines={[
            some(jobs),
            localTime(fires[0]?.at ?? row.firesUntil),
            hosts > 1 ? t('timeline.onHosts', { count: hosts }) : '',
          ]}
        />
      );
    }
    case 'hour': {
      const hour = row.hours[index];
      if (!hour) return null;
      return (
        <Lines
          title={t('timeline.runs', { count: hour.total })}
          lines={[t('timeline.bad', { n: hour.bad }), localTime(hour.hour)]}
        />
      );
    }
  }
}

function OneRun({ run, nowMs }: { run: TimelineRun; nowMs: number }) {
  const { t } = useWords();
  const { state, job, host, startedAt, finishedAt } = run;
  const endMs = finishedAt !== null ? Date.parse(finishedAt) : isRunUnderWay(state) ? nowMs : undefined;
  const took = endMs === undefined ? '' : duration(Math.max(0, endMs - Date.parse(startedAt)));
  return (
    <Lines
      title={t(`run.${state}`)}
      lines={[`${job} · ${host}`, [localTime(startedAt), took].filter(Boolean).join(' · ')]}
    />
  );
}

function ManyRuns({ runs }: { runs: readonly TimelineRun[] }) {
  const { t } = useWords();
  const bad = runs.filter(({ state }) => isBadRun(state)).length;
  return (
    <Lines
      title={t('timeline.runs', { count: runs.length })}
      lines={[
        bad > 0 ? t('timeline.bad', { n: bad }) : '',
        some([...new Set(runs.map(({ job }) => job))]),
        t('timeline.zoomIn'),
      ]}
    />
  );
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  return (
    <>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {lines.filter(Boolean).map((line) => (
        <Text key={line} size="xs" style={{ overflowWrap: 'anywhere' }}>
          {line}
        </Text>
      ))}
    </>
  );
}

const named = 4;
function some(names: readonly string[]): string {
  return names.length > named ? `${names.slice(0, named).join(', ')} +${names.length - named}` : names.join(', ');
}
