import { Table } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useWindowed } from '../lib/use-windowed.js';
import { RowGap } from './row-gap.js';

/** Of a row, as app.css has it for `.rows-even`. */
const rowPx = 49;

interface Props<T> {
  readonly items: readonly T[];
  readonly head: readonly string[];
  /** A `tr`; told its number, from 0. */
  readonly row: (item: T, index: number) => ReactNode;
  readonly label: string;
  readonly minWidth?: number;
  /** The end of what is here comes into view: time to ask for more. */
  readonly onNearEnd: () => void;
}

/** A long table of which only the rows in view are in the page; the page itself scrolls. */
export function WindowedTable<T>({ items, head, row, label, minWidth = 860, onNearEnd }: Props<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { from, to } = useWindowed(body, items.length, rowPx);
  const nearEnd = to >= items.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once each time the end comes near
  useEffect(() => {
    if (nearEnd) onNearEnd();
  }, [nearEnd, items.length]);
  return (
    <Table.ScrollContainer minWidth={minWidth}>
      <Table aria-label={label} aria-rowcount={items.length} className="rows-even">
        <Table.Thead>
          <Table.Tr>
            {head.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={body}>
          <RowGap rows={from} rowPx={rowPx} columns={head.length} />
          {items.slice(from, to).map((item, index) => row(item, from + index))}
          <RowGap rows={items.length - to} rowPx={rowPx} columns={head.length} />
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
