import { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Response } from '@carillon/contract/http/route';
import { Alert, Button, Code, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { Placeholder } from '../../components/loaded.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call, query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';
import { ApproveSigned } from './approve-signed.js';

type Detail = Response<typeof requestRoutes.get>;
type Result = NonNullable<Detail['plan']>['results'][number];

const refusals = ['own_request', 'already_approved', 'no_person', 'expired'] as const;

/** One request: what it would change, and what can be decided about it. */
export function RequestDetail({ number, done }: { number: number; done: () => void }) {
  const found = useQuery(query(requestRoutes.get, { number }));
  if (found.isError) return <Failure error={found.error} />;
  if (!found.data) return <Placeholder />;
  return <Shown detail={found.data} done={done} />;
}

function Shown({ detail, done }: { detail: Detail; done: () => void }) {
  const { t } = useWords();
  const { kindText, recordText } = useServerText();
  const { author, reason, hosts, expiresAt, outcome, changes, plan, body, refusal, state } = detail;
  const known = refusals.find((one) => one === refusal);
  return (
    <Stack>
      {/* Read from here on: the only field stands at the end. */}
      <Text size="sm" tabIndex={-1} data-autofocus style={{ outline: 'none' }}>
        {t('requests.author')}: {author}
        {reason && ` · ${t('requests.reason')}: ${reason}`} · {t('requests.until')} <When at={expiresAt} />
      </Text>
      <Text size="sm" className="wrap">
        {t('requests.hosts')}: {hosts.join(', ') || '–'}
      </Text>
      {outcome && <Text size="sm">{recordText(outcome)}</Text>}
      {changes.length > 0 && (
        <Alert color="orange" title={t('requests.changed')}>
          {changes.map((change) => (
            <Text key={change} size="sm" className="wrap">
              {recordText(change)}
            </Text>
          ))}
        </Alert>
      )}
      {plan && (
        <>
          <Title order={2} size="h4">
            {t('requests.plan')}
          </Title>
          {plan.results.map((result) => (
            <Planned key={`${result.kind} ${result.name}`} result={result} />
          ))}
          {plan.followed?.map((result) => (
            <Planned key={result.name} result={result} why={t('requests.byCalendar')} />
          ))}
          {plan.plan?.moved.map(({ job, gained, lost }) => (
            <div key={job}>
              <Text fw={600}>
                {kindText('Job')} {job} · {t('requests.moved')}
              </Text>
              <Hosts gained={gained} lost={lost} />
            </div>
          ))}
        </>
      )}
      <details className="whole" open={!plan}>
        <summary>{t('requests.asked')}</summary>
        <Code block>{JSON.stringify(body, null, 2)}</Code>
      </details>
      {known && state === 'open' && <Text size="sm">{t(`requests.refusal.${known}`)}</Text>}
      {state === 'open' && <Decide detail={detail} done={done} />}
    </Stack>
  );
}

function Planned({ result, why }: { result: Result; why?: string }) {
  const { t } = useWords();
  const { kindText } = useServerText();
  const { kind, name, change, plan } = result;
  return (
    <div>
      <Text fw={600} className="wrap">
        {kindText(kind)} {name} · {why ?? t(`requests.${change}`)}
      </Text>
      {plan && <Hosts gained={plan.gained} lost={plan.lost} />}
      {plan && plan.fields.length > 0 ? (
        <Table.ScrollContainer minWidth={480}>
          <Table aria-label={`${kindText(kind)} ${name}`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('requests.field')}</Table.Th>
                <Table.Th>{t('requests.before')}</Table.Th>
                <Table.Th>{t('requests.after')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {plan.fields.map(({ path, before, after }) => (
                <Table.Tr key={path}>
                  <Table.Td className="wrap">{path}</Table.Td>
                  <Table.Td className="wrap">{valueText(before)}</Table.Td>
                  <Table.Td className="wrap">{valueText(after)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      ) : (
        <Text size="sm" c="dimmed">
          {t('requests.noFields')}
        </Text>
      )}
    </div>
  );
}

type Hosted = NonNullable<Result['plan']>['gained'];

function Hosts({ gained, lost }: { gained: Hosted; lost: Hosted }) {
  const { t } = useWords();
  return (
    <>
      {gained.count > 0 && (
        <Text size="sm">{t('requests.gains', { n: gained.count, hosts: gained.hosts.join(', ') })}</Text>
      )}
      {lost.count > 0 && <Text size="sm">{t('requests.loses', { n: lost.count, hosts: lost.hosts.join(', ') })}</Text>}
    </>
  );
}

function Decide({ detail, done }: { detail: Detail; done: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const mayApprove = useMay('approve');
  const mayWithdraw = useMay('job.write');
  const { number, planHash, refusal } = detail;
  const onSuccess = async () => {
    await client.invalidateQueries();
    done();
  };
  // What is refused is often decided already, in another tab or by another person: what may be done now is asked anew.
  const ends = { onSuccess, onError: () => void client.invalidateQueries() };
  const approve = useOnce({ mutationFn: () => call(requestRoutes.approve, { number, body: { planHash } }), ...ends });
  const reject = useOnce({ mutationFn: () => call(requestRoutes.reject, { number, body: { reason } }), ...ends });
  const withdraw = useOnce({ mutationFn: () => call(requestRoutes.withdraw, { number }), ...ends });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') reject.mutate();
  };
  const failed = [approve, reject, withdraw].find(({ isError }) => isError);
  if (refusal === 'own_request' ? !mayWithdraw : !mayApprove) return null;
  if (refusal === 'own_request')
    return (
      <>
        {failed?.error && <Failure error={failed.error} />}
        <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
          {t('requests.withdraw')}
        </Button>
      </>
    );
  return (
    <>
      {refusal === null && <ApproveSigned detail={detail} onSuccess={onSuccess} />}
      {failed?.error && <Failure error={failed.error} />}
      <Group align="end">
        <Button disabled={refusal !== null} loading={approve.isPending} onClick={() => approve.mutate()}>
          {t('requests.approve')}
        </Button>
        <form onSubmit={submit}>
          <Group align="end">
            <TextInput
              label={t('requests.whyReject')}
              value={reason}
              onChange={({ currentTarget }) => setReason(currentTarget.value)}
            />
            <Button
              type="submit"
              variant="default"
              color="red"
              disabled={reason.trim() === ''}
              loading={reject.isPending}
            >
              {t('requests.reject')}
            </Button>
          </Group>
        </form>
      </Group>
    </>
  );
}

function valueText(value: unknown): string {
  return value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
}
