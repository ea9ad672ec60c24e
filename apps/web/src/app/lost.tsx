import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { PageLink } from '../components/page-link.js';
import { useWords } from '../i18n/index.js';
import { useTitle } from '../lib/use-title.js';

/** An address that is no page of ours. */
export function NotFound() {
  const { t } = useWords();
  useTitle(t('common.notFound'));
  return (
    <Stack p="xl" align="start">
      <Title order={1}>{t('common.notFound')}</Title>
      <PageLink to="/">{t('nav.overview')}</PageLink>
    </Stack>
  );
}

/** A page whose own code failed. What was thrown stands in the console, never on the page. */
export function BrokenPage() {
  const { t } = useWords();
  useTitle(t('common.broken'));
  return (
    <Alert color="red" variant="light" role="alert" m="md">
      <Group>
        <Text size="sm">{t('common.broken')}</Text>
        <Button size="compact-sm" variant="subtle" color="red" onClick={() => window.location.reload()}>
          {t('common.reload')}
        </Button>
      </Group>
    </Alert>
  );
}
