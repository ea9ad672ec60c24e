import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import type { Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { ExportButton } from '../../components/export-button.js';
import { call } from '../../lib/api.js';
import type { CsvColumn } from '../../lib/table-csv.js';

type Group = Response<typeof inventoryRoutes.groups>['items'][number];

const columns: readonly CsvColumn<Group>[] = [
  ['name', (group) => group.name],
  ['command', (group) => group.command],
  ['hosts', (group) => group.hosts],
  ['tasks', (group) => group.tasks],
  ['variants', (group) => group.variants],
  ['replaced', (group) => group.replaced],
  ['id', (group) => group.id],
];

/** Every group of similar tasks that the search finds. */
export function ExportTaskGroups({ search }: { search: string | undefined }) {
  return (
    <ExportButton
      name="inventory"
      columns={columns}
      read={(cursor, signal) => call(inventoryRoutes.groups, { search, limit: limits.pageItems.max, cursor }, signal)}
    />
  );
}
