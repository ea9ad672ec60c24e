import { Badge, CloseButton, Group, Kbd, Loader, Modal, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useId, useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { type Entry, type Mode, readVerb, sortEntries } from './entries.js';
import { PaletteList } from './palette-list.js';
import { takeTypedAhead } from './typed-ahead.js';
import { useFoundEntries } from './use-found-entries.js';
import { useKnownEntries } from './use-known-entries.js';

const typingMs = 120;
const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

/** Finds pages, jobs, hosts, incidents and what can be done, by a few letters. */
export function Palette({ opened, onClose, onHelp }: Props) {
  const { t } = useWords();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      size="lg"
      padding={0}
      yOffset="8vh"
      attributes={{ content: { 'aria-label': t('finder.title') } }}
    >
      <Search onClose={onClose} onHelp={onHelp} />
    </Modal>
  );
}

function Search({ onClose, onHelp }: Omit<Props, 'opened'>) {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const [mode, setMode] = useState<Mode | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const listId = useId();
  const enter = (next: Mode | null, text: string) => {
    setMode(next);
    setTyped(text);
    setActive(null);
  };
  const type = (text: string) => {
    const verb = mode === null ? readVerb(text, { run: t('finder.verb.run'), edit: t('finder.verb.edit') }) : null;
    if (verb) enter(verb.mode, verb.rest);
    else enter(mode, text);
  };
  // Closed before it had the focus: what is typed then is not meant for it.
  useEffect(() => () => void takeTypedAhead(), []);
  const known = useKnownEntries({ onMode: (next) => enter(next, ''), onHelp });
  const [search] = useDebouncedValue(typed.trim(), typingMs);
  const found = useFoundEntries(search, mode);
  const entries = sortEntries([...(mode === null ? known : []), ...found.entries], typed);
  const at = Math.max(
    0,
    entries.findIndex(({ id }) => id === active),
  );
  const choose = (entry: Entry | undefined) => {
    // A dialog that opens instead has the focus after this one has given it back.
    if (entry && entry.choose() !== true) onClose();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    // Enter that ends a composition chooses a character, not an entry.
    if (event.nativeEvent.isComposing) return;
    const step = steps[event.key];
    if (step !== undefined && entries.length > 0) {
      event.preventDefault();
      const last = entries.length - 1;
      const isEdge = Math.abs(step) === 1 && (step === 1 ? at === last : at === 0);
      const next = isEdge ? last - at : Math.min(last, Math.max(0, at + step));
      setActive(entries[next]?.id ?? null);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(entries[at]);
    } else if (event.key === 'Backspace' && typed === '' && mode !== null) enter(null, '');
  };
  return (
    <>
      <TextInput
        data-unsaved="never"
        data-autofocus
        size="md"
        variant="unstyled"
        className="finder-field"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        {...(entries[at] ? { 'aria-activedescendant': `${listId}-${entries[at].id}` } : {})}
        aria-label={t(mode === null ? 'finder.title' : `finder.${mode}Job`)}
        placeholder={t(mode === null ? 'finder.placeholder' : 'finder.whichJob')}
        value={typed}
        onFocus={() => {
          const ahead = takeTypedAhead();
          if (ahead !== '') type(typed + ahead);
        }}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        leftSection={<IconSearch size={18} aria-hidden />}
        {...(mode === null
          ? {}
          : {
              leftSection: (
                <Badge tt="none" variant="light">
                  {t(`finder.verb.${mode}`)}
                </Badge>
              ),
              leftSectionWidth: 84,
            })}
        rightSectionWidth={76}
        rightSection={
          <Group gap={4} wrap="nowrap">
            {found.isPending ? <Loader size={14} /> : <span style={{ width: 14 }} />}
            <CloseButton size="sm" aria-label={t('common.close')} onClick={onClose} />
          </Group>
        }
      />
      <PaletteList
        id={listId}
        entries={entries}
        active={entries[at]?.id}
        isPending={found.isPending || search !== typed.trim()}
        onActive={setActive}
        onChoose={choose}
      />
      <Group gap="md" px="md" py={8} className="finder-foot" visibleFrom="xs">
        <Text size="xs" c="dimmed">
          <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> {t('finder.move')}
        </Text>
        <Text size="xs" c="dimmed">
          <Kbd size="xs">Enter</Kbd> {t('finder.choose')}
        </Text>
        <Text size="xs" c="dimmed">
          <Kbd size="xs">Esc</Kbd> {t('common.close')}
        </Text>
      </Group>
    </>
  );
}
