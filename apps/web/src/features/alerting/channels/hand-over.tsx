import { Button } from '@mantine/core';
import { useWords } from '../../../i18n/index.js';
import { SecretForm } from '../secrets/secret-form.js';

/** A secret that something names and nobody has handed over: says so, and takes it. */
export function HandOver({ name }: { name: string }) {
  const { t } = useWords();
  return (
    <SecretForm
      name={name}
      button={(open) => (
        <Button size="compact-xs" variant="light" color="orange" onClick={open}>
          {t('channels.missing', { name })}
        </Button>
      )}
    />
  );
}
