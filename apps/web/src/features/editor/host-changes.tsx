import { Text } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import type { PreviewData } from './preview-data.js';

const shown = 20;

/** Hosts that are selected; against the stored job those that would get it and those that would lose it. */
export function HostChanges({ data: { hosts, stored } }: { data: PreviewData }) {
  const { t } = useWords();
  return (
    <div>
      <Text size="sm" fw={600}>
        {t('editor.hosts', { n: hosts.length })}
      </Text>
      {stored && stored.gained.length + stored.lost.length > 0 ? (
        <>
          <Names sign="+" color="teal" label={t('editor.gained', { n: stored.gained.length })} names={stored.gained} />
          <Names sign="−" color="red" label={t('editor.lost', { n: stored.lost.length })} names={stored.lost} />
        </>
      ) : (
        <>
          {stored && (
            <Text size="sm" c="dimmed">
              {t('editor.sameHosts', { version: stored.version })}
            </Text>
          )}
          <Text size="sm" c="dimmed" className="mono" style={{ overflowWrap: 'anywhere' }}>
            {listed(hosts)}
          </Text>
        </>
      )}
    </div>
  );
}

interface NamesProps {
  readonly sign: string;
  readonly color: string;
  readonly label: string;
  readonly names: readonly string[];
}

function Names({ sign, color, label, names }: NamesProps) {
  if (names.length === 0) return null;
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      <Text span c={color} fw={600}>
        {sign} {label}
      </Text>{' '}
      <span className="mono">{listed(names)}</span>
    </Text>
  );
}

function listed(names: readonly string[]): string {
  return names.slice(0, shown).join(', ') + (names.length > shown ? ' …' : '');
}
