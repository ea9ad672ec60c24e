import { Badge, Button } from '@mantine/core';
import { useWords } from '../../../i18n/index.js';
import { useMay } from '../../../lib/use-may.js';
import { SecretForm } from '../secrets/secret-form.js';

/** A secret that something names and nobody has handed over: says so, and takes it from who may. */
export function HandOver({ name }: { name: string }) {
  const { t } = useWords();
  const may = useMay('secret.manage');
  if (!may)
    return (
      <Badge color="orange" variant="light" size="sm" tt="none">
        {t('channels.missing', { name })}
      </Badge>
    );
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
