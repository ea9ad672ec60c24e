export type Fields = Record<string, string>;

/** An encoded query, as far as it is used: `=`, `>=`, `STARTSWITH`, `LIKE`, `IN`, and the order of one field. */
export function found(all: readonly Fields[], query: string): Fields[] {
  const parts = query.split('^').filter(Boolean);
  const order = parts.find((part) => part.startsWith('ORDERBY'));
  const tests = parts.filter((part) => part !== order).map(testOf);
  const rows = all.filter((row) => tests.every((test) => test(row)));
  if (!order) return rows;
  const [, desc, field = ''] = /^ORDERBY(DESC)?(\w+)$/.exec(order) ?? [];
  const sign = desc ? -1 : 1;
  return rows.toSorted((a, b) => sign * (a[field] ?? '').localeCompare(b[field] ?? ''));
}

function testOf(part: string): (row: Fields) => boolean {
  const [, field = '', operator, value = ''] = /^([a-z_]+)(>=|=|STARTSWITH|LIKE|IN)(.*)$/.exec(part) ?? [];
  switch (operator) {
    case '=':
      return (row) => (row[field] ?? '') === value;
    case '>=':
      return (row) => (row[field] ?? '') >= value;
    case 'STARTSWITH':
      return (row) => (row[field] ?? '').startsWith(value);
    case 'LIKE':
      return (row) => (row[field] ?? '').includes(value);
    case 'IN':
      return (row) => value.split(',').includes(row[field] ?? '');
    default:
      // What ServiceNow does not understand it leaves out, which finds too much.
      return () => true;
  }
}
