interface Props {
  readonly rows: number;
  /** All rows are as tall. */
  readonly rowPx: number;
  readonly columns: number;
}

/** The room of table rows that are out of view. */
export function RowGap({ rows, rowPx, columns }: Props) {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height: rows * rowPx, padding: 0 }} />
    </tr>
  );
}
