import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, SimpleGrid, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type PointerEvent, useState } from 'react';
import { Empty } from '../../components/empty.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { localTime } from '../../lib/times.js';
import { useNow } from '../../lib/use-now.js';
import { type LoadValue, loadPaths, nearest } from './load-path.js';

type Load = Response<typeof hostRoutes.load>;

const dayMs = 86_400_000;
const shownMs = 2 * dayMs;
const oldMs = 15 * 60_000;
const height = 72;
const usualWidth = 320;
const measures = ['cpu', 'memory', 'disk'] as const;
const colors = { cpu: 'cyan', memory: 'grape', disk: 'orange' } as const;

/** How busy a host was in the last two days. */
export function HostLoad({ host }: { host: string }) {
  const { t } = useWords();
  const load = useQuery(query(hostRoutes.load, { name: host }, 60_000));
  return (
    <Section title={t('hosts.load')}>
      <Loaded query={load}>
        {(data) =>
          data.now === null && data.items.length === 0 ? <Empty text={t('hosts.noLoad')} /> : <Charts load={data} />
        }
      </Loaded>
    </Section>
  );
}

function Charts({ load: { now, items } }: { load: Load }) {
  const points = now ? [...items, now] : items;
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }}>
      {measures.map((measure) => (
        <Chart
          key={measure}
          measure={measure}
          values={points.map((point) => ({ atMs: Date.parse(point.at), percent: point[measure] }))}
          disks={measure === 'disk' ? now?.disks : undefined}
        />
      ))}
    </SimpleGrid>
  );
}

interface ChartProps {
  readonly measure: (typeof measures)[number];
  readonly values: readonly LoadValue[];
  readonly disks: readonly { name: string; percent: number }[] | undefined;
}

function Chart({ measure, values, disks }: ChartProps) {
  const { t } = useWords();
  const size = useElementSize();
  const width = size.width || usualWidth;
  const toMs = useNow(60_000);
  const fromMs = toMs - shownMs;
  const [pointed, setPointed] = useState<LoadValue>();
  const { line, area } = loadPaths(values, { fromMs, toMs, width, height });
  const shown = pointed ?? values.findLast(({ percent }) => percent !== null);
  const color = `var(--mantine-color-${colors[measure]}-6)`;
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width: length } = event.currentTarget.getBoundingClientRect();
    setPointed(nearest(values, fromMs + ((event.clientX - left) / (length || width)) * shownMs));
  };
  // Of a host that has not been heard of for a while: as of when.
  const isOld = shown !== undefined && toMs - shown.atMs > oldMs;
  const x = shown && ((shown.atMs - fromMs) / shownMs) * width;
  const label = `${t(`hosts.load.${measure}`)}: ${shown ? `${shown.percent} %` : '–'}`;
  return (
    <div ref={size.ref}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <Text size="xs" c="dimmed">
          {pointed || isOld
            ? localTime(new Date(shown?.atMs ?? toMs).toISOString()).slice(0, 16)
            : t('hosts.load.twoDays')}
        </Text>
      </Group>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={label}
        onPointerMove={point}
        onPointerLeave={() => setPointed(undefined)}
      >
        {[0, 0.5, 1].map((share) => (
          <line
            key={share}
            x1={0}
            x2={width}
            y1={share * (height - 1) + 0.5}
            y2={share * (height - 1) + 0.5}
            stroke="var(--mantine-color-default-border)"
          />
        ))}
        <path d={area} fill={color} opacity={0.18} />
        <path d={line} fill="none" stroke={color} strokeWidth={1.5} strokeLinejoin="round" />
        {x !== undefined && shown?.percent != null && (
          <circle cx={x} cy={height - (shown.percent / 100) * height} r={3} fill={color} />
        )}
      </svg>
      {disks && disks.length > 1 && (
        <Text size="xs" c="dimmed">
          {disks.map(({ name, percent }) => `${name} ${percent} %`).join(' · ')}
        </Text>
      )}
    </div>
  );
}
