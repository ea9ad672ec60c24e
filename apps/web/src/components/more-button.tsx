import { Button, Center } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useWords } from '../i18n/index.js';

/** The next page of a list, while there is one. */
export function MoreButton({ query }: { query: UseInfiniteQueryResult }) {
  const { t } = useWords();
  if (!query.hasNextPage) return null;
  return (
    <Center>
      <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {t('common.more')}
      </Button>
    </Center>
  );
}
