import { alertDocumentKinds } from '@carillon/core/state/states';
import { LocalApi } from '@carillon/stack/api';
import { dataFolderAt } from '@carillon/stack/data-folder';
import type { Product } from '../product.js';
import type { Samples } from './addresses.js';

/** What stands for each page that needs a name, and further views of some others, as the demo has them. */
export async function samplesOf({ url, folder }: Pick<Product, 'url' | 'folder'>): Promise<Samples> {
  const api = new LocalApi(url, dataFolderAt(folder).adminTokenFile);
  const first = async <T extends object>(path: string, isWanted: (item: T) => boolean = () => true): Promise<T> => {
    const { items } = await api.call<{ items: T[] }>('GET', path);
    const item = items.find(isWanted);
    if (item === undefined) throw new Error(`the demo has nothing at ${path} to look at`);
    return item;
  };
  const failed = await first<{ id: string }>('/runs?job=sql-full-backup&state=failed');
  const open = await first<{ number: number }>('/incidents?job=sql-full-backup');
  const over = await first<{ number: number; state: string }>(
    '/incidents?limit=100',
    ({ state }) => state === 'resolved',
  );
  const { id } = await first<{ id: string }>('/subscriptions');
  return {
    // Changed by hand, and not to be reached.
    '/hosts/$name': ['/hosts/berlin-app-01', '/hosts/lyon-web-01'],
    // The second is being rolled out.
    '/jobs/$name': ['/jobs/sql-full-backup', '/jobs/software-inventory'],
    '/jobs/$name/edit': ['/jobs/sql-full-backup/edit'],
    '/runs/$id': [`/runs/${failed.id}`],
    '/incidents/$number': [`/incidents/${open.number}`, `/incidents/${over.number}`],
    '/alerting/subscriptions/$id': [`/alerting/subscriptions/${id}`],
    '/alerting/documents/$kind': [
      ...alertDocumentKinds.map((kind) => `/alerting/documents/${kind}`),
      '/alerting/documents/AlertPolicy?name=nightly-backups',
    ],
    '/timeline': ['/timeline', '/timeline?by=job'],
  };
}
