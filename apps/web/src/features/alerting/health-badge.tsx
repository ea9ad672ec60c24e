import { Badge } from '@mantine/core';
import { useWords } from '../../i18n/index.js';

const colors = { works: 'teal', failing: 'orange', stopped: 'red', off: 'gray' } as const;

/** Whether something goes through a channel or to a subscription. */
export function WayBadge({ health, enabled }: { health: 'works' | 'failing' | 'stopped'; enabled: boolean }) {
  const { t } = useWords();
  const shown = enabled ? health : 'off';
  return (
    <Badge color={colors[shown]} variant="light" size="sm" tt="none">
      {t(`way.${shown}`)}
    </Badge>
  );
}
