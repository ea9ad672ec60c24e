import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { timelineQuery } from './timeline-query.js';

/** Prints the incident with all its decisions: what was not loaded yet is loaded before. */
export function PrintButton({ number }: { number: number }) {
  const { t } = useWords();
  const log = useInfiniteQuery(timelineQuery(number));
  const [pending, setPending] = useState(false);
  const print = async () => {
    setPending(true);
    try {
      let page = log.hasNextPage ? await log.fetchNextPage() : log;
      while (page.hasNextPage && !page.isError) page = await page.fetchNextPage();
    } finally {
      setPending(false);
    }
    // After the page shows what came.
    requestAnimationFrame(() => window.print());
  };
  return (
    <Button
      className="no-print"
      variant="subtle"
      leftSection={<IconPrinter size={16} aria-hidden />}
      loading={pending}
      onClick={() => void print()}
    >
      {t('incidents.print')}
    </Button>
  );
}
