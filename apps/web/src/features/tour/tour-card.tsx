import { Button, CloseButton, Group, Text } from '@mantine/core';
import { findKey } from '../../app/finder/find-key.js';
import { useWords } from '../../i18n/index.js';
import type { TourSubject } from './tour-steps.js';

interface Props {
  readonly id: string;
  readonly subject: TourSubject;
  /** From 0. */
  readonly at: number;
  readonly count: number;
  readonly onGo: (by: 1 | -1) => void;
  readonly onLeave: () => void;
}

/** What a step says. The button that goes on stays under the pointer and keeps the focus; what is new is read out. */
export function TourCard({ id, subject, at, count, onGo, onLeave }: Props) {
  const { t } = useWords();
  const isLast = at === count - 1;
  return (
    <>
      <Group justify="space-between" wrap="nowrap" align="start" gap="xs">
        <Text size="xs" c="dimmed" pt={4}>
          {t('tour.step', { n: at + 1, count })}
        </Text>
        <CloseButton size="sm" aria-label={t('tour.leave')} onClick={onLeave} />
      </Group>
      <div aria-live="polite" aria-atomic>
        <div key={subject} className="tour-words">
          <h2 id={`${id}-title`} className="tour-title">
            {t(`tour.${subject}.title`)}
          </h2>
          <Text id={`${id}-text`} size="sm">
            {t(`tour.${subject}.text`, { key: findKey })}
          </Text>
        </div>
      </div>
      <Group justify="space-between" wrap="nowrap" mt="md" gap="xs">
        <Steps at={at} count={count} />
        <Group gap="xs" wrap="nowrap">
          {at > 0 && (
            <Button size="compact-md" fz="sm" variant="default" onClick={() => onGo(-1)}>
              {t('tour.back')}
            </Button>
          )}
          <Button size="compact-md" fz="sm" data-autofocus onClick={() => onGo(1)}>
            {t(isLast ? 'tour.done' : 'tour.next')}
          </Button>
        </Group>
      </Group>
    </>
  );
}

/** How far it is, for the eye: the words above say the same. */
function Steps({ at, count }: { at: number; count: number }) {
  return (
    <span className="tour-dots" aria-hidden>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places in a row are what they are
        <span key={index} data-now={index === at} />
      ))}
    </span>
  );
}
