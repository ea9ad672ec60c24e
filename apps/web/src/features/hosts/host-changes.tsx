import { Section } from '../../components/section.js';
import { TaskChanges } from '../../components/task-changes.js';
import { useWords } from '../../i18n/index.js';

/** Changes that somebody made to our tasks on a host. */
export function HostChanges({ host }: { host: string }) {
  const { t } = useWords();
  return (
    <Section title={t('changes.title')}>
      <TaskChanges side="host" name={host} />
    </Section>
  );
}
