import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { TaskChanges } from '../changes/task-changes.js';

/** Changes that somebody made to our tasks on a host. */
export function HostChanges({ host }: { host: string }) {
  const { t } = useWords();
  return (
    <Section title={t('changes.title')}>
      <TaskChanges side="host" name={host} />
    </Section>
  );
}
