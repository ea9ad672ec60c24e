import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useWords } from '../../../i18n/index.js';
import { useServerText } from '../../../i18n/use-server-text.js';
import { call } from '../../../lib/api.js';
import { useMay } from '../../../lib/use-may.js';
import { useOnce } from '../../../lib/use-once.js';
import { TestOutcome } from '../test-outcome.js';

/** Sends a real notice through a channel now, and shows what its other end said. */
export function TestChannel({ name }: { name: string }) {
  const { t } = useWords();
  const { checkText } = useServerText();
  const client = useQueryClient();
  const test = useOnce({
    mutationFn: () => call(channelRoutes.test, { name }),
    onSettled: () => client.invalidateQueries({ queryKey: [channelRoutes.list.path] }),
  });
  const may = useMay('alert.test');
  if (!may) return null;
  return (
    <div>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t('alerting.testNamed', { name })}
        loading={test.isPending}
        onClick={() => test.mutate()}
      >
        {t('alerting.test')}
      </Button>
      <TestOutcome test={test} />
      {test.data?.checks?.map((check) => (
        <Text key={check.what} size="xs" c={check.ok ? 'dimmed' : 'red'}>
          {check.ok ? '✓' : '✗'} {checkText(check)}
        </Text>
      ))}
    </div>
  );
}
