import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useWords } from '../i18n/index.js';
import { type CsvColumn, fieldColumns, readAllPages, tableCsv } from '../lib/table-csv.js';
import { useFailureText } from './failure-text.js';

interface Props<T> {
  /** Of the file, before its date. */
  readonly name: string;
  /** Undefined: every field of its rows. */
  readonly columns?: readonly CsvColumn<T>[] | undefined;
  readonly size?: string;
  /** One page of what the table shows, all its filters applied. */
  readonly read: (
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ readonly items: readonly T[]; readonly next: string | null }>;
}

/** Downloads every row that the filters let through, not only those on screen. A second press gives it up. */
export function ExportButton<T extends object>({ name, columns, size = 'sm', read }: Props<T>) {
  const { t } = useWords();
  const failureText = useFailureText();
  const stop = useRef<AbortController>(undefined);
  const [rows, setRows] = useState<number>();
  useEffect(() => () => stop.current?.abort(), []);
  const run = async () => {
    const now = new AbortController();
    stop.current = now;
    setRows(0);
    try {
      const { items, isCut } = await readAllPages((cursor) => read(cursor, now.signal), setRows);
      if (now.signal.aborted) return;
      const cut = isCut ? t('export.cut', { count: items.length }) : undefined;
      const text = tableCsv(columns ?? fieldColumns(items), items, cut);
      download(`carillon-${name}-${today()}.csv`, 'text/csv', text);
    } catch (error) {
      if (!now.signal.aborted) notifications.show({ color: 'red', message: failureText(error) });
    }
    if (!now.signal.aborted) setRows(undefined);
  };
  const giveUp = () => {
    stop.current?.abort();
    setRows(undefined);
  };
  return rows === undefined ? (
    <Button
      variant="default"
      size={size}
      title={t('export.means')}
      leftSection={<IconDownload size={16} aria-hidden />}
      onClick={() => void run()}
    >
      CSV
    </Button>
  ) : (
    <Button
      variant="default"
      size={size}
      leftSection={<IconX size={16} aria-hidden />}
      onClick={giveUp}
      aria-live="polite"
    >
      {t('export.rows', { count: rows })}
    </Button>
  );
}

/** Rows that the page has all of, for a spreadsheet. @param rows a column for each of their fields */
export function ExportRows({ name, rows }: { name: string; rows: readonly object[] }) {
  return (
    <Group justify="end" mt={6}>
      <ExportButton name={name} size="compact-xs" read={async () => ({ items: rows, next: null })} />
    </Group>
  );
}

/** A table that the server makes, for lists that are too long for a page to hold. @param href undefined: not with this filter */
export function ExportLink({ href }: { href: string | undefined }) {
  const { t } = useWords();
  const look = { variant: 'default', leftSection: <IconDownload size={16} aria-hidden /> } as const;
  if (href === undefined) {
    return (
      <Button {...look} disabled>
        CSV
      </Button>
    );
  }
  return (
    <Button {...look} component="a" href={href} download title={t('export.means')}>
      CSV
    </Button>
  );
}

/** Gives the browser a file that was made in the page. @param type its media type, without the encoding */
export function download(fileName: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // Firefox begins to read after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const today = () => new Date().toISOString().slice(0, 10);
