import { ActionIcon, Button, Group, Popover, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconBookmark, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useWords } from '../i18n/index.js';
import { queryOf, readViews, type SavedView, withView } from '../lib/saved-views.js';

/** Filters that this browser keeps under a name. To give one to somebody, send the address: it holds the filter. */
export function SavedViews({
  page,
  filter,
  onChoose,
}: {
  /** Each page keeps its own. */
  page: string;
  filter: object;
  onChoose: (query: string) => void;
}) {
  const { t } = useWords();
  const storageKey = `carillon-views-${page}`;
  const [opened, setOpened] = useState(false);
  const [views, setViews] = useState(() => readViews(localStorage.getItem(storageKey)));
  const [name, setName] = useState('');
  const keep = (next: SavedView[]) => {
    localStorage.setItem(storageKey, JSON.stringify(next));
    setViews(next);
  };
  const query = queryOf(filter);
  const current = views.find((view) => view.query === query);
  const save = () => {
    if (name.trim() === '') return;
    keep(withView(views, { name: name.trim(), query }));
    setName('');
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300} trapFocus hideDetached={false}>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconBookmark size={16} aria-hidden />}
          onClick={() => setOpened((is) => !is)}
        >
          {current && query !== '' ? current.name : t('views.open')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {views.length === 0 && (
            <Text size="sm" c="dimmed">
              {t('views.none')}
            </Text>
          )}
          {views.map((view) => (
            <Group key={view.name} justify="space-between" wrap="nowrap" gap="xs">
              <UnstyledButton
                className="view"
                aria-current={view === current}
                onClick={() => {
                  onChoose(view.query);
                  setOpened(false);
                }}
              >
                {view.name}
              </UnstyledButton>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('views.remove', { name: view.name })}
                onClick={() => keep(views.filter((other) => other !== view))}
              >
                <IconX size={14} />
              </ActionIcon>
            </Group>
          ))}
          <Group gap="xs" wrap="nowrap" align="end">
            <TextInput
              label={t('views.name')}
              value={name}
              maxLength={60}
              flex={1}
              onChange={(event) => setName(event.currentTarget.value)}
              onKeyDown={(event) => event.key === 'Enter' && save()}
            />
            <Button variant="light" onClick={save} disabled={name.trim() === ''}>
              {t('views.save')}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
