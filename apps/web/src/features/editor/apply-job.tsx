import { limits } from '@carillon/contract/limits';
import { Button, Checkbox, Group, Kbd, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { FrozenFailure } from '../../components/frozen-failure.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { useMay } from '../../lib/use-may.js';
import type { ApplyJobState } from './use-apply.js';
import { useSaveKey } from './use-save-key.js';

interface Props {
  readonly apply: ApplyJobState;
  readonly isReady: boolean;
  /** A field of the form holds what is not in the file. */
  readonly isUnreadable: boolean;
}

/** Stores what is in the editor: first what would change and on how many hosts, then the change itself. */
export function ApplyJob({ apply, isReady, isUnreadable }: Props) {
  const { t } = useWords();
  const { saidText } = useServerText();
  const { allowNoHosts, reason, plan, save, result, error } = apply;
  const may = useMay('job.write');
  const [asked, setAsked] = useState(0);
  const confirm = useRef<HTMLButtonElement>(null);
  const canConfirm = result !== undefined && (result.change !== 'unchanged' || result.rewritten === true);
  useSaveKey(() => setAsked((times) => times + 1));
  const act = useRef<() => void>(apply.ask);
  act.current = () => {
    if (may && isReady && !save.isPending && !plan.isPending) (canConfirm ? apply.store : apply.ask)();
  };
  // After the key the field that was left writes itself into the file first: only the next picture has it.
  useEffect(() => {
    if (asked > 0) act.current();
  }, [asked]);
  useEffect(() => {
    if (canConfirm) confirm.current?.focus();
  }, [canConfirm]);
  if (!may)
    return (
      <Section title={t('editor.save')}>
        <Text size="sm">{t('editor.mayNot')}</Text>
      </Section>
    );
  return (
    <Section title={t('editor.save')}>
      <Stack gap="sm">
        <TextInput
          label={t('editor.reason')}
          description={t('editor.reasonHint')}
          value={reason}
          maxLength={limits.reasonCharacters}
          onChange={(event) => apply.setReason(event.currentTarget.value)}
        />
        <Checkbox
          label={t('editor.allowNoHosts')}
          checked={allowNoHosts}
          onChange={(event) => apply.setAllowNoHosts(event.currentTarget.checked)}
        />
        {/* Told in a place of its own, with the ways to go on. */}
        {error && apply.conflict === null && (
          <FrozenFailure error={error} isPending={save.isPending} onOverride={apply.override} />
        )}
        <div role="status">
          {result && (
            <Text size="sm">
              {result.rewritten
                ? t('editor.change.rewritten')
                : t(`editor.change.${result.change}`, { name: result.name, n: result.hosts ?? 0 })}
            </Text>
          )}
          {result?.warnings?.map(({ code, message }) => (
            <Text key={code} size="sm" c="orange">
              {saidText(message)}
            </Text>
          ))}
        </div>
        {isUnreadable && (
          <Text size="sm" c="red" role="status">
            {t('editor.unreadable')}
          </Text>
        )}
        <Group>
          <Button variant="default" disabled={!isReady} loading={plan.isPending} onClick={apply.ask}>
            {t('editor.plan')}
          </Button>
          {canConfirm && (
            <Button ref={confirm} disabled={!isReady} loading={save.isPending} onClick={apply.store}>
              {t('editor.confirm', { count: result.hosts ?? 0 })}
            </Button>
          )}
          <Text size="xs" c="dimmed">
            <Kbd size="xs">Ctrl-S</Kbd> {t('editor.saveKey')}
          </Text>
        </Group>
      </Stack>
    </Section>
  );
}
