import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { JobLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { RunBadge } from '../../components/state-badge.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import './job-chain.css';

type Chain = Response<typeof jobRoutes.chain>;
type Node = Chain['nodes'][number];

/** In pixels; the style sheet has the size of a box too. */
const box = { width: 190, height: 62, gapX: 84, gapY: 22 };
const left = ({ level }: Node) => level * (box.width + box.gapX);
const top = ({ row }: Node) => row * (box.height + box.gapY);
const outcomeWords = {
  success: 'chain.success',
  failure: 'chain.failure',
  any: 'chain.any',
} as const;

/** What starts after what, as a picture from left to right; nothing for a job that is in no chain. */
export function JobChain({ name }: { name: string }) {
  const { t } = useWords();
  const { data } = useQuery(query(jobRoutes.chain, { name }, 15_000));
  if (!data || data.nodes.length < 2) return null;
  return (
    <Section title={t('chain.title')}>
      <Picture chain={data} current={name} />
      {data.more > 0 && (
        <Text size="xs" c="dimmed" mt="xs">
          {t('chain.more', { count: data.more })}
        </Text>
      )}
    </Section>
  );
}

function Picture({ chain: { nodes, links }, current }: { chain: Chain; current: string }) {
  const { t } = useWords();
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const width = Math.max(...nodes.map(left)) + box.width;
  const height = Math.max(...nodes.map(top)) + box.height;
  const lines = links.flatMap(({ from, to, outcome }) => {
    const [start, end] = [byName.get(from), byName.get(to)];
    return start && end ? [{ key: `${from}\n${to}\n${outcome}`, start, end, outcome: outcomeOf(outcome) }] : [];
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="chain" tabIndex={0}>
      <div className="chain-room" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden>
          {lines.map(({ key, start, end, outcome }) => (
            <path key={key} d={curve(start, end)} className="chain-line" data-outcome={outcome} />
          ))}
        </svg>
        {lines.map(({ key, start, end, outcome }) => (
          <span
            key={key}
            className="chain-word"
            data-outcome={outcome}
            aria-hidden
            style={{ left: left(end) - 4, top: (middle(start) + middle(end) * 3) / 4 }}
          >
            {t(outcomeWords[outcome])}
          </span>
        ))}
        {nodes.map((node) => (
          <div
            key={node.name}
            className="chain-job"
            aria-current={node.name.toLowerCase() === current.toLowerCase() || undefined}
            style={{ left: left(node), top: top(node) }}
          >
            <JobLink name={node.name} />
            <Group gap={6}>
              {node.lastRun ? (
                <PageLink to="/runs/$id" params={{ id: node.lastRun.id }}>
                  <RunBadge state={node.lastRun.state} />
                </PageLink>
              ) : (
                <Text size="xs" c="dimmed">
                  {t('chain.never')}
                </Text>
              )}
            </Group>
            <span className="chain-after">{afterWords(node, lines, t)}</span>
          </div>
        ))}
      </div>
    </section>
  );
}

/** For who cannot see the lines. */
function afterWords(
  node: Node,
  lines: readonly { start: Node; end: Node; outcome: keyof typeof outcomeWords }[],
  t: ReturnType<typeof useWords>['t'],
): string {
  return lines
    .filter(({ end }) => end === node)
    .map(({ start, outcome }) => t('chain.after', { job: start.name, outcome: t(outcomeWords[outcome]) }))
    .join(', ');
}

function outcomeOf(text: string): keyof typeof outcomeWords {
  return text === 'failure' || text === 'any' ? text : 'success';
}

const middle = (node: Node) => top(node) + box.height / 2;

function curve(start: Node, end: Node): string {
  const [x1, y1, x2, y2] = [left(start) + box.width, middle(start), left(end), middle(end)];
  const bend = (x2 - x1) / 2;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
