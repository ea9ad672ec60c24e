import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { Badge, Button, Group, List, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { isNewcomer, type Made, nextStep, type StepKey, stepKeys } from './first-steps.js';

const storageKey = 'carillon-first-steps';

const places = {
  host: { to: '/hosts', search: { ask: 'add' } },
  job: { to: '/job-editor' },
  run: { to: '/jobs' },
  channel: { to: '/alerting/documents/$kind', params: { kind: 'Channel' } },
  policy: { to: '/alerting/documents/$kind', params: { kind: 'AlertPolicy' } },
} as const satisfies Record<StepKey, object>;

interface Props {
  readonly hosts: number;
  readonly jobs: number;
  readonly runs: number;
}

/** What a newcomer does next; gone when it is done, or hidden, until somebody asks for it again. */
export function FirstStepsCard({ hosts, jobs, runs }: Props) {
  const { first } = useSearch({ from: '/signed-in/' });
  const [isHidden, setHidden] = useState(() => localStorage.getItem(storageKey) === 'hidden');
  const isWanted = first === true || isNewcomer(jobs, isHidden);
  const one = (kind: 'Channel' | 'AlertPolicy') => ({ ...query(alertDocumentRoutes.list, { kind, limit: 1 }, 5_000) });
  const channels = useQuery({ ...one('Channel'), enabled: isWanted });
  const policies = useQuery({ ...one('AlertPolicy'), enabled: isWanted });
  const navigate = useNavigate({ from: '/' });
  if (!isWanted || channels.data === undefined || policies.data === undefined) return null;
  const made = {
    host: hosts,
    job: jobs,
    run: runs,
    channel: channels.data.items.length,
    policy: policies.data.items.length,
  };
  if (nextStep(made) === null && first !== true) return null;
  const hide = () => {
    localStorage.setItem(storageKey, 'hidden');
    setHidden(true);
    void navigate({ search: (before) => ({ ...before, first: undefined }), replace: true });
  };
  return <Steps made={made} onHide={hide} />;
}

function Steps({ made, onHide }: { made: Made; onHide: () => void }) {
  const { t } = useWords();
  const next = nextStep(made);
  return (
    <Section
      title={t('first.title')}
      aside={
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onHide}>
          {t('first.hide')}
        </Button>
      }
    >
      <List type="ordered" listStyleType="none" spacing="sm" center={false}>
        {stepKeys.map((key, index) => (
          <List.Item key={key} icon={<Mark number={index + 1} isDone={made[key] > 0} isNext={key === next} />}>
            <Step step={key} isDone={made[key] > 0} isNext={key === next} />
          </List.Item>
        ))}
      </List>
      <Text size="xs" c="dimmed" mt="sm">
        {t('first.later')}
      </Text>
    </Section>
  );
}

function Mark({ number, isDone, isNext }: { number: number; isDone: boolean; isNext: boolean }) {
  return (
    <ThemeIcon size={24} radius="xl" variant={isNext ? 'filled' : 'default'} aria-hidden>
      {isDone ? <IconCheck size={15} /> : <Text size="xs">{number}</Text>}
    </ThemeIcon>
  );
}

function Step({ step, isDone, isNext }: { step: StepKey; isDone: boolean; isNext: boolean }) {
  const { t } = useWords();
  return (
    <Stack gap={2} align="start">
      <Group gap="xs">
        {isNext ? (
          <Text fw={600} size="sm">
            {t(`first.${step}`)}
          </Text>
        ) : (
          <PageLink {...places[step]}>{t(`first.${step}`)}</PageLink>
        )}
        {isDone && (
          <Badge size="sm" variant="default" tt="none">
            {t('first.done')}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {t(`first.${step}.text`)}
      </Text>
      {isNext && (
        <Button mt={4} size="compact-md" renderRoot={(props) => <Link {...props} {...places[step]} />}>
          {t(`first.${step}.act`)}
        </Button>
      )}
    </Stack>
  );
}
