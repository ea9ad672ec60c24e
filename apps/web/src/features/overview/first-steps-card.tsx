import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Badge, Button, Group, List, Progress, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { keepTourOutcome, tourOutcome } from '../tour/tour-memory.js';
import { StartTour, TourOffer } from '../tour/tour-offer.js';
import { cardFate, keepCardFate } from './card-fate.js';
import {
  cardOf,
  type FirstStep,
  firstSteps,
  type Made,
  ownSteps,
  ownTrials,
  type StepKey,
  type TrialKey,
} from './first-steps.js';
import { useMade } from './use-made.js';

const places = {
  host: { to: '/hosts', search: { ask: 'add' } },
  job: { to: '/job-editor' },
  run: { to: '/jobs' },
  channel: { to: '/alerting/documents/$kind', params: { kind: 'Channel' } },
  policy: { to: '/alerting/documents/$kind', params: { kind: 'AlertPolicy' } },
  person: { to: '/access' },
} as const satisfies Record<StepKey, object>;
const placeOf = ({ key, isHalf }: FirstStep) => (isHalf ? ({ to: '/alerting/channels' } as const) : places[key]);

const trialPlaces = {
  incident: { to: '/incidents' },
  missed: { to: '/runs', search: { view: 'missed', last: '24h' } },
  job: { to: '/job-editor' },
  adopt: { to: '/adoption' },
} as const satisfies Record<TrialKey, object>;

interface Props {
  readonly counted: Pick<Made, 'hosts' | 'jobs' | 'runs'>;
  readonly isDemo: boolean;
}

/** What is offered to a newcomer: what to do next, or what to try in a demo, and the tour; to others nothing. */
export function FirstStepsCard(props: Props) {
  const { data: me } = useQuery(query(sessionRoutes.me, {}));
  return me ? (
    <Card key={me.name} {...props} user={me.name} keys={ownSteps(me.grants)} trials={ownTrials(me.grants)} />
  ) : null;
}

interface CardProps extends Props {
  readonly user: string;
  readonly keys: readonly StepKey[];
  readonly trials: readonly TrialKey[];
}

function Card({ counted, isDemo, user, keys, trials }: CardProps) {
  const { first } = useSearch({ from: '/signed-in/' });
  const [fate, setFate] = useState(() => cardFate(user));
  const navigate = useNavigate({ from: '/' });
  const isWanted = first === true;
  const onHide = () => {
    keepCardFate(user, 'hidden');
    // Who wants no help is not offered more of it.
    if (tourOutcome(user) === null) keepTourOutcome(user, 'no');
    setFate('hidden');
    void navigate({ search: (before) => ({ ...before, first: undefined }), replace: true });
  };
  switch (cardOf({ fate, isDemo, isWanted, keys })) {
    case 'demo':
      return <Demo user={user} trials={trials} onHide={onHide} />;
    case 'steps':
      return <StepsToDo {...{ user, keys, counted, isWanted, onHide }} />;
    case null:
      return <TourOffer user={user} />;
  }
}

interface ToDo {
  readonly user: string;
  readonly keys: readonly StepKey[];
  readonly counted: Props['counted'];
  readonly isWanted: boolean;
  readonly onHide: () => void;
}

function StepsToDo({ user, keys, counted, isWanted, onHide }: ToDo) {
  const made = useMade({ user, keys, counted });
  const steps = made && firstSteps(keys, made);
  const isDone = steps?.every((step) => step.isDone) ?? false;
  useEffect(() => {
    if (isDone) keepCardFate(user, 'done');
  }, [isDone, user]);
  if (!steps) return null;
  return isDone && !isWanted ? <TourOffer user={user} /> : <Steps steps={steps} user={user} onHide={onHide} />;
}

function Frame({
  title,
  user,
  onHide,
  children,
}: {
  title: string;
  user: string;
  onHide: () => void;
  children: ReactNode;
}) {
  const { t } = useWords();
  return (
    <Section
      title={title}
      aside={
        <Group gap="xs">
          <StartTour user={user} />
          <Button size="compact-sm" variant="subtle" color="gray" onClick={onHide}>
            {t('first.hide')}
          </Button>
        </Group>
      }
    >
      {children}
      <Text size="xs" c="dimmed" mt="sm">
        {t('first.later')}
      </Text>
    </Section>
  );
}

function Steps({ steps, user, onHide }: { steps: readonly FirstStep[]; user: string; onHide: () => void }) {
  const { t } = useWords();
  const done = steps.filter(({ isDone }) => isDone).length;
  const said = t('first.progress', { done, count: steps.length });
  return (
    <Frame title={t('first.title')} user={user} onHide={onHide}>
      <Group gap="sm" mb="md">
        <Progress value={Math.round((100 * done) / steps.length)} aria-label={said} size="sm" w={160} />
        <Text size="xs" c="dimmed">
          {said}
        </Text>
      </Group>
      <List type="ordered" listStyleType="none" spacing="sm" center={false}>
        {steps.map((step, index) => (
          <List.Item key={step.key} icon={<Mark number={index + 1} step={step} />}>
            <Step step={step} />
          </List.Item>
        ))}
      </List>
    </Frame>
  );
}

function Mark({ number, step: { isDone, isNext } }: { number: number; step: FirstStep }) {
  return (
    <ThemeIcon size={24} radius="xl" variant={isNext ? 'filled' : 'default'} aria-hidden>
      {isDone ? <IconCheck size={15} /> : <Text size="xs">{number}</Text>}
    </ThemeIcon>
  );
}

function Step({ step }: { step: FirstStep }) {
  const { t } = useWords();
  const { key, isDone, isNext, isHalf } = step;
  const said = isHalf ? 'untested' : key;
  return (
    <Stack gap={2} align="start">
      <Group gap="xs">
        {isNext ? (
          <Text fw={600} size="sm">
            {t(`first.${said}`)}
          </Text>
        ) : (
          <PageLink {...placeOf(step)}>{t(`first.${said}`)}</PageLink>
        )}
        {isDone && (
          <Badge size="sm" variant="default" tt="none">
            {t('first.done')}
          </Badge>
        )}
      </Group>
      {/* What is done needs no more words. */}
      {!isDone && (
        <Text size="sm" c="dimmed">
          {t(`first.${said}.text`)}
        </Text>
      )}
      {isNext && (
        <Button mt={4} size="compact-md" renderRoot={(props) => <Link {...props} {...placeOf(step)} />}>
          {t(`first.${said}.act`)}
        </Button>
      )}
    </Stack>
  );
}

/** Everything is there already: what there is to try, and how it goes on without the play. */
function Demo({ user, trials, onHide }: { user: string; trials: readonly TrialKey[]; onHide: () => void }) {
  const { t } = useWords();
  return (
    <Frame title={t('first.demo.title')} user={user} onHide={onHide}>
      <Text size="sm" mb="xs">
        {t('first.demo.text')}
      </Text>
      <List size="sm" spacing={6}>
        {trials.map((key) => (
          <List.Item key={key}>
            <PageLink {...trialPlaces[key]}>{t(`first.demo.${key}`)}</PageLink>
            <Text span size="sm" c="dimmed">
              {' '}
              {t(`first.demo.${key}.text`)}
            </Text>
          </List.Item>
        ))}
      </List>
      <Text size="sm" mt="xs">
        {t('first.demo.real')}
      </Text>
    </Frame>
  );
}
