import { Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useWords } from '../../i18n/index.js';
import { type Entry, groups } from './entries.js';

interface Props {
  readonly id: string;
  /** In the order of their groups. */
  readonly entries: readonly Entry[];
  readonly active: string | undefined;
  readonly isPending: boolean;
  readonly onActive: (id: string) => void;
  readonly onChoose: (entry: Entry) => void;
}

/** What was found, under the names of its groups. The focus stays in the field above. */
export function PaletteList({ id, entries, active, isPending, onActive, onChoose }: Props) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the one that is active
  useEffect(() => {
    box.current?.querySelector('[aria-selected=true]')?.scrollIntoView?.({ block: 'nearest' });
  }, [active]);
  return (
    <>
      <div id={id} ref={box} role="listbox" aria-label={t('finder.title')} className="finder-list">
        {groups.map((group) => {
          const own = entries.filter((entry) => entry.group === group);
          if (own.length === 0) return null;
          return (
            // biome-ignore lint/a11y/useSemanticElements: a listbox has groups, not fieldsets
            <div key={group} role="group" aria-labelledby={`${id}-${group}`}>
              <div id={`${id}-${group}`} role="presentation" className="finder-group">
                {t(`finder.group.${group}`)}
              </div>
              {own.map((entry) => (
                <Option
                  key={entry.id}
                  id={`${id}-${entry.id}`}
                  entry={entry}
                  isActive={entry.id === active}
                  onActive={() => onActive(entry.id)}
                  onChoose={() => onChoose(entry)}
                />
              ))}
            </div>
          );
        })}
      </div>
      <Text size="sm" c="dimmed" px="md" py={entries.length === 0 ? 'md' : 0} role="status">
        {entries.length === 0 && !isPending && t('finder.none')}
      </Text>
    </>
  );
}

interface OptionProps {
  readonly id: string;
  readonly entry: Entry;
  readonly isActive: boolean;
  readonly onActive: () => void;
  readonly onChoose: () => void;
}

function Option({ id, entry: { label, note, Icon }, isActive, onActive, onChoose }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's, which points at the active one
    // biome-ignore lint/a11y/useFocusableInteractive: so is the focus
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      className="finder-option"
      onMouseMove={onActive}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      <Icon size={17} stroke={1.6} aria-hidden />
      <span className="finder-label">{label}</span>
      {note && <span className="finder-note">{note}</span>}
    </div>
  );
}
