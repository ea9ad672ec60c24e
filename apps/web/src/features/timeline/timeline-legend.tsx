import { runStates } from '@carillon/core/state/states';
import { Group, Text } from '@mantine/core';
import { type Look, Shape } from '../../components/looks.js';
import { useWords, type Word } from '../../i18n/index.js';

const others = ['missed', 'host_unknown', 'coming'] as const;
const shown: readonly (readonly [Look, Word])[] = [
  ...runStates.map((state) => [state, `run.${state}`] as const),
  ...others.map((look) => [look, `timeline.${look}`] as const),
];

/** What the colours, patterns and shapes mean. */
export function TimelineLegend() {
  const { t } = useWords();
  return (
    <Group gap="4px 16px" component="ul" p={0} m={0} aria-label={t('timeline.legend')}>
      {shown.map(([look, word]) => (
        <Group key={look} component="li" gap={6} wrap="nowrap" style={{ listStyle: 'none' }}>
          <svg width={22} height={16} aria-hidden>
            <Shape
              look={look}
              x={look === 'missed' || look === 'host_unknown' || look === 'coming' ? 11 : 0}
              y={2}
              width={22}
              height={12}
            />
          </svg>
          <Text size="xs" c="dimmed">
            {t(word)}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
