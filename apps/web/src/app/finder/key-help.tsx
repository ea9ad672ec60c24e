import { Kbd, Stack, Switch, Table, Text } from '@mantine/core';
import { Fragment, useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { useWords, type Word } from '../../i18n/index.js';
import { alertingPages, pages } from '../nav-pages.js';
import { findKey } from './find-key.js';
import { goKeys } from './keys.js';
import { areLettersOn, turnLetters } from './letter-keys.js';

interface Line {
  readonly keys: readonly string[];
  readonly text: string;
}

/** Which keys there are, and the switch for those of a single letter. */
export function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  const [areOn, setOn] = useState(areLettersOn);
  const wordOf = new Map<string, Word>([...pages, ...alertingPages].map(({ to, word }) => [to, word]));
  const general: Line[] = [
    { keys: findKey.split(' '), text: t('finder.title') },
    { keys: ['/'], text: t('finder.toFilter') },
    { keys: ['j'], text: t('finder.nextRow') },
    { keys: ['k'], text: t('finder.previousRow') },
    { keys: ['?'], text: t('finder.keys') },
  ];
  const leading = Object.entries(goKeys).map(([letter, to]): Line => {
    const word = wordOf.get(to);
    return { keys: ['g', letter], text: word ? t(word) : to };
  });
  return (
    <Dialog opened={opened} onClose={onClose} title={t('finder.keys')}>
      <Stack gap="sm">
        <Table aria-label={t('finder.keys')} verticalSpacing={4}>
          <Table.Tbody>
            {[...general, ...leading].map(({ keys, text }) => (
              <Table.Tr key={text}>
                <Table.Td w={110}>
                  {keys.map((key, index) => (
                    <Fragment key={key}>
                      {index > 0 && ' '}
                      <Kbd size="sm">{key}</Kbd>
                    </Fragment>
                  ))}
                </Table.Td>
                <Table.Td>{text}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          label={t('finder.letters')}
          description={t('finder.lettersMean')}
          checked={areOn}
          onChange={({ currentTarget: { checked } }) => {
            turnLetters(checked);
            setOn(checked);
          }}
        />
        <Text size="xs" c="dimmed">
          {t('finder.moreKeys')}
        </Text>
      </Stack>
    </Dialog>
  );
}
