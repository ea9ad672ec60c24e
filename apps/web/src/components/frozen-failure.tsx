import { ApiFailure } from '@carillon/contract/http/client';
import { limits } from '@carillon/contract/limits';
import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useWords } from '../i18n/index.js';
import { mayEverywhere } from '../lib/may.js';
import { useGrants } from '../lib/use-may.js';
import { Failure } from './failure.js';
import { useFailureText } from './failure-text.js';

interface Props {
  readonly error: unknown;
  readonly isPending: boolean;
  /** Does it nevertheless. @param reason why, which stands in the audit and beside the freeze */
  readonly onOverride: (reason: string) => void;
}

/** What went wrong; where a freeze held it back, whoever may can do it all the same, with a reason. */
export function FrozenFailure({ error, isPending, onOverride }: Props) {
  const { t } = useWords();
  const failureText = useFailureText();
  const [reason, setReason] = useState('');
  const may = mayEverywhere(useGrants(), 'freeze.override');
  if (!isFrozen(error)) return <Failure error={error} />;
  const act = () => reason.trim() !== '' && !isPending && onOverride(reason.trim());
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    // Of this question, not of the form around it.
    event.preventDefault();
    act();
  };
  return (
    <Alert color="yellow" role="alert">
      <Stack gap="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {failureText(error)} {!may && t('freeze.askOther')}
        </Text>
        {may && (
          <Group align="end" gap="xs">
            <TextInput
              label={t('freeze.why')}
              maxLength={limits.reasonCharacters}
              flex={1}
              miw={160}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              onKeyDown={onKeyDown}
            />
            <Button type="button" color="orange.9" disabled={reason.trim() === ''} loading={isPending} onClick={act}>
              {t('freeze.override')}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

/** Whether a freeze held it back. */
export function isFrozen(error: unknown): boolean {
  return error instanceof ApiFailure && error.body.code === 'conflict' && 'freeze' in error.body.params;
}

/** What a freeze held back of several acts, as one. */
export function frozenTogether(errors: readonly unknown[]): unknown {
  const all = errors.filter((error) => error instanceof ApiFailure);
  const [first] = all;
  if (!first) return errors[0];
  const jobs = all.flatMap(({ body }) => (Array.isArray(body.params.jobs) ? body.params.jobs : []));
  return new ApiFailure(first.status, { ...first.body, params: { ...first.body.params, jobs } });
}
