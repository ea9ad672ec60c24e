import { Button } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '../../../i18n/index.js';
import { SecretForm } from '../secrets/secret-form.js';

/** A secret that something names and nobody has handed over: says so, and takes it. */
export function HandOver({ name }: { name: string }) {
  const { t } = useWords();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button size="compact-xs" variant="light" color="orange" onClick={() => setOpened(true)}>
        {t('channels.missing', { name })}
      </Button>
      <SecretForm name={name} opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}
