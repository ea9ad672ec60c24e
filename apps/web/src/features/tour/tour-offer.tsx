import { Button, Card, Group, Text } from '@mantine/core';
import { IconRoute } from '@tabler/icons-react';
import { useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { keepTourOutcome, tourOutcome } from './tour-memory.js';
import { startTour } from './tour-state.js';

/** Begins the tour; that it was begun is kept, so that it is not offered again. */
export function StartTour({ user, variant = 'light' }: { user: string; variant?: 'filled' | 'light' }) {
  const { t } = useWords();
  const start = () => {
    keepTourOutcome(user, 'left');
    startTour();
  };
  return (
    <Button size="compact-sm" variant={variant} leftSection={<IconRoute size={15} aria-hidden />} onClick={start}>
      {t('tour.start')}
    </Button>
  );
}

/** A line on the first page for who has not been here yet, once: it stands in nobody's way, and goes with either answer. */
export function TourOffer({ user }: { user: string }) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(() => tourOutcome(user) === null);
  if (!isOpen) return null;
  const refuse = () => {
    keepTourOutcome(user, 'no');
    setOpen(false);
  };
  return (
    <Card component="section" withBorder py="xs" px="md" aria-label={t('tour.offer.title')} className="no-print">
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          <b>{t('tour.offer.title')}</b> {t('tour.offer.text')}
        </Text>
        <Group gap="xs">
          <StartTour user={user} />
          <Button size="compact-sm" variant="subtle" color="gray" onClick={refuse}>
            {t('tour.offer.no')}
          </Button>
        </Group>
      </Group>
    </Card>
  );
}
