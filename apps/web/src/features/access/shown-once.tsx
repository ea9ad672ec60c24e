import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { CopyButton } from '../../components/copy-button.js';
import { useTimes } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useUnsaved } from '../../lib/use-unsaved.js';

interface Props {
  readonly words: string;
  readonly secret: string;
  /** Takes it off the page. Without it leaving is not asked about: it can be had again. */
  readonly onKept?: () => void;
}

/** A secret that the server tells once. Leaving is asked about until it was copied or put away. */
export function ShownOnce({ words, secret, onKept }: Props) {
  const { t } = useWords();
  const [copied, setCopied] = useState<string>();
  const box = useRef<HTMLDivElement>(null);
  const isToBeKept = onKept !== undefined;
  useUnsaved(() => isToBeKept && copied !== secret);
  // What made it is often gone by then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another secret is another reason
  useEffect(() => (isToBeKept ? box.current?.focus() : undefined), [secret]);
  return (
    <Alert ref={box} color="yellow" variant="light" role="status" tabIndex={-1}>
      <Text size="sm" mb="xs">
        {words}
      </Text>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {secret}
      </Code>
      <Group gap="xs" mt="xs">
        <CopyButton text={secret} size="compact-sm" onCopied={() => setCopied(secret)} />
        {onKept && (
          <Button size="compact-sm" variant="default" onClick={onKept}>
            {t('subscriptions.kept')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

interface InvitationProps {
  readonly name: string;
  readonly invitation: { readonly url: string; readonly expiresAt: string };
  readonly onKept: () => void;
}

/** Whose link it is and how long it is good for, since it is sent on. */
export function InvitationShown({ name, invitation: { url, expiresAt }, onKept }: InvitationProps) {
  const { t } = useWords();
  const { timeText } = useTimes();
  return <ShownOnce words={t('access.linkFor', { name, until: timeText(expiresAt) })} secret={url} onKept={onKept} />;
}
