import { Badge } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import { useGrants } from '../../lib/use-may.js';

/** Told once, for all buttons that are not there. */
export function ReadOnly() {
  const { t } = useWords();
  const grants = useGrants();
  if (!grants?.every((grant) => grant.startsWith('viewer@'))) return null;
  return (
    <Badge color="gray" variant="light" tt="none" visibleFrom="xs" title={t('nav.readOnlyMeans')}>
      {t('nav.readOnly')}
    </Badge>
  );
}
