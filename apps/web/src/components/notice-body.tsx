import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { Alert, Anchor, Button, Code, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useWords } from '../i18n/index.js';
import { query } from '../lib/api.js';
import { Dialog } from './dialog.js';
import { Facts } from './facts.js';
import { Loaded } from './loaded.js';

/** Opens what a notice said. */
export function NoticeBody({ id }: { id: string }) {
  const { t } = useWords();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button className="no-print" size="compact-xs" variant="default" onClick={() => setOpened(true)}>
        {t('deliveries.show')}
      </Button>
      <Dialog opened={opened} onClose={() => setOpened(false)} title={t('deliveries.said')} size="lg">
        {opened && <Body id={id} />}
      </Dialog>
    </>
  );
}

function Body({ id }: { id: string }) {
  const { t } = useWords();
  const delivery = useQuery(query(channelRoutes.delivery, { id }));
  return (
    <Loaded query={delivery}>
      {({ body: { subject, text, facts, output, links, ofChannel } }) => (
        <>
          {/* In the language of its channel, not of the page. */}
          <Stack component="blockquote" m={0} gap="sm">
            <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
              {subject}
            </Text>
            <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {text}
            </Text>
            {facts.length > 0 && <Facts items={facts.map(({ name, value }) => [name, value] as const)} />}
            {output && (
              <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {output}
              </Code>
            )}
            {links.map(({ name, url }) => (
              <Text key={name} size="sm" style={{ overflowWrap: 'anywhere' }}>
                {name}:{' '}
                {url === null ? (
                  <Text component="span" c="dimmed" size="sm">
                    {t('deliveries.hidden')}
                  </Text>
                ) : /^https?:\/\//i.test(url) ? (
                  <Anchor href={url} size="sm" target="_blank" rel="noreferrer noopener">
                    {url}
                  </Anchor>
                ) : (
                  url
                )}
              </Text>
            ))}
          </Stack>
          <Alert color="gray" variant="light" mt="sm">
            {t(ofChannel ? 'deliveries.asNow' : 'deliveries.noChannel')}
          </Alert>
        </>
      )}
    </Loaded>
  );
}
