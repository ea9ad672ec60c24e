import type { NoticeState } from '@carillon/core/state/states';
import { Badge } from '@mantine/core';
import { useWords } from '../../i18n/index.js';

const colors = { works: 'teal', failing: 'orange', doubtful: 'orange', stopped: 'red', off: 'gray' } as const;

interface Props {
  readonly health: 'works' | 'failing' | 'stopped';
  readonly enabled: boolean;
  /** What became of what was sent last. */
  readonly last?: NoticeState | undefined;
}

/** Whether something goes through a channel or to a subscription. */
export function WayBadge({ health, enabled, last }: Props) {
  const { t } = useWords();
  // Nothing holds it up, and yet what it was given last did not arrive, a test too.
  const isDoubtful = health === 'works' && (last === 'dead' || last === 'failed');
  const shown = !enabled ? 'off' : isDoubtful ? 'doubtful' : health;
  return (
    <Badge color={colors[shown]} variant="light" size="sm" tt="none">
      {t(`way.${shown}`)}
    </Badge>
  );
}
