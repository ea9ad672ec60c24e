import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import { missedPolicies } from '@carillon/core/job/job-spec';
import { Alert, Button, Group, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../../components/failure.js';
import { FormDialog } from '../../../components/form-dialog.js';
import { useFieldFaults } from '../../../components/use-field-faults.js';
import { useWords } from '../../../i18n/index.js';
import { useServerText } from '../../../i18n/use-server-text.js';
import { call, query } from '../../../lib/api.js';
import { useOnce } from '../../../lib/use-once.js';

const hourMs = 3_600_000;
const lengths = ['1', '4', '12', '24', '72', '168'];
const waysToChoose = ['group', 'labels', 'hosts'] as const;
const shownHosts = 20;
const shownGroups = 200;

/** Lets hosts start nothing by themselves: by group, labels or names, after a look at which they are. */
export function PauseForm() {
  const { t } = useWords();
  return (
    <FormDialog
      title={t('pauses.new')}
      button={(open) => (
        <Button leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={open}>
          {t('pauses.new')}
        </Button>
      )}
    >
      {(done) => <Form onDone={done} />}
    </FormDialog>
  );
}

function Form({ onDone }: { onDone: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const groups = useQuery(query(hostRoutes.groups, { limit: shownGroups }));
  const [by, setBy] = useState<(typeof waysToChoose)[number]>('group');
  const [group, setGroup] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [hours, setHours] = useState('4');
  const [afterwards, setAfterwards] = useState<(typeof missedPolicies)[number]>('skip');
  const [reason, setReason] = useState('');
  const selection = by === 'group' ? (group === null ? null : { group }) : readSelection(by, text);
  const ask = (dryRun: boolean) => {
    const until = new Date(Date.now() + Number(hours) * hourMs).toISOString();
    return call(pauseRoutes.pause, { body: { ...selection, until, afterwards, reason, dryRun } });
  };
  const plan = useOnce({ mutationFn: () => ask(true) });
  const pause = useOnce({
    mutationFn: () => ask(false),
    onSuccess: async () => {
      await client.invalidateQueries();
      onDone();
    },
  });
  // What was looked at is no longer what is chosen.
  const choose =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      plan.reset();
      set(value);
    };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    plan.mutate();
  };
  const faults = useFieldFaults(plan.error ?? pause.error, ['group', 'labels', 'hosts']);
  const isWrong = by === 'labels' && selection === null && text.trim() !== '';
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{t('hosts.pauseMeans')}</Text>
        <SegmentedControl
          aria-label={t('pauses.by')}
          data={waysToChoose.map((value) => ({ value, label: t(`pauses.by.${value}`) }))}
          value={by}
          onChange={choose((value: string) => setBy(value as typeof by))}
        />
        {by === 'group' ? (
          <Select
            label={t('pauses.by.group')}
            data={(groups.data?.items ?? []).map(({ name, matching }) => ({
              value: name,
              label: `${name} (${matching})`,
            }))}
            nothingFoundMessage={t('pauses.noGroups')}
            searchable
            error={faults.of('group')}
            value={group}
            onChange={choose(setGroup)}
          />
        ) : (
          <Textarea
            label={t(`pauses.by.${by}`)}
            description={t('doc.onePerLine')}
            error={isWrong ? t('pauses.badLabel') : faults.of(by)}
            placeholder={by === 'labels' ? 'site=berlin\nrole=db' : 'db-01\ndb-02'}
            rows={3}
            value={text}
            onChange={(event) => choose(setText)(event.currentTarget.value)}
          />
        )}
        <Select
          label={t('hosts.pauseFor')}
          data={lengths.map((value) => ({ value, label: t('hosts.hours', { count: Number(value) }) }))}
          value={hours}
          allowDeselect={false}
          onChange={(value) => setHours(value ?? '4')}
        />
        <Stack gap={4}>
          <Text size="sm" fw={500}>
            {t('hosts.pauseAfterwards')}
          </Text>
          <SegmentedControl
            aria-label={t('hosts.pauseAfterwards')}
            data={missedPolicies.map((value) => ({ value, label: t(`hosts.afterwards.${value}`) }))}
            value={afterwards}
            onChange={(value) => setAfterwards(value as typeof afterwards)}
          />
        </Stack>
        <TextInput
          label={t('hosts.pauseReason')}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {faults.rest !== null && <Failure error={faults.rest} />}
        {plan.data && <Planned plan={plan.data} />}
        {/* Two buttons in two places: a double click on the first must not be the second's. */}
        <Group justify="space-between">
          <Button type="submit" variant="default" loading={plan.isPending} disabled={selection === null}>
            {t('pauses.look')}
          </Button>
          {plan.data && plan.data.hosts.length > 0 && (
            <Button loading={pause.isPending} onClick={() => pause.mutate()}>
              {t('pauses.pause', { count: plan.data.hosts.length })}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

interface Plan {
  readonly hosts: readonly string[];
  readonly refused: readonly { readonly host: string; readonly why: string }[];
}

function Planned({ plan: { hosts, refused } }: { plan: Plan }) {
  const { t } = useWords();
  const { recordText } = useServerText();
  return (
    <Alert
      color={refused.length > 0 ? 'yellow' : 'blue'}
      variant="light"
      role="status"
      title={t('pauses.would', { count: hosts.length })}
    >
      <Text size="sm" className="mono" style={{ overflowWrap: 'anywhere' }}>
        {hosts.slice(0, shownHosts).join(', ')}
        {hosts.length > shownHosts && ` … ${t('incidents.andMore', { n: hosts.length - shownHosts })}`}
      </Text>
      {refused.slice(0, shownHosts).map(({ host, why }) => (
        <Text key={host} size="sm">
          {host}: {recordText(why)}
        </Text>
      ))}
    </Alert>
  );
}

/** Names, or `key=value`, one a line; null while there is nothing to ask about. */
export function readSelection(by: 'labels' | 'hosts', text: string) {
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  if (lines.length === 0) return null;
  if (by === 'hosts') return { hosts: lines };
  const pairs = lines.map((line) => /^([^=]+)=(.*)$/.exec(line));
  if (pairs.some((pair) => pair === null)) return null;
  return { labels: Object.fromEntries(pairs.map((pair) => [pair?.[1]?.trim() ?? '', pair?.[2]?.trim() ?? ''])) };
}
