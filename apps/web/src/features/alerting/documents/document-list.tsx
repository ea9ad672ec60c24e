import { ActionIcon, Button, Fieldset, Group, SimpleGrid, Stack } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useWords } from '../../../i18n/index.js';
import type { Field, FieldList } from './document-fields.js';
import { valueAt, withValue } from './document-file.js';
import { wallTime } from './document-templates.js';

interface Props {
  readonly list: FieldList;
  readonly text: string;
  readonly raw: Record<string, unknown>;
  readonly zone: string;
  readonly onChange: (text: string) => void;
  readonly field: (field: Field) => ReactNode;
}

/** Items of a document that have fields of their own: steps, layers. They can be added and taken out. */
export function DocumentList({ list, text, raw, zone, onChange, field }: Props) {
  const { t } = useWords();
  const written = valueAt(raw, [list.path]);
  const items: unknown[] = Array.isArray(written) ? written : [];
  const label = t(list.word);
  return (
    <Fieldset legend={label}>
      <Stack gap="sm">
        {items.map((_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place in the file has no other name
          <Group key={index} align="start" wrap="nowrap" gap="xs">
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" flex={1}>
              {list.fieldsAt(index).map(field)}
            </SimpleGrid>
            <ActionIcon
              mt={28}
              variant="subtle"
              color="red"
              aria-label={t('doc.takeOut', { what: `${label} ${index + 1}` })}
              onClick={() => onChange(withValue(text, [list.path, index], undefined))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          style={{ alignSelf: 'start' }}
          onClick={() => onChange(withValue(text, [list.path, items.length], list.fresh(wallTime(Date.now(), zone))))}
        >
          {t(list.add)}
        </Button>
      </Stack>
    </Fieldset>
  );
}
