import type { quietRoutes } from '@carillon/contract/http/quiet.routes';
import type { Response } from '@carillon/contract/http/route';

/** A silence or a maintenance window, and what it mutes. */
export type QuietTime = Response<typeof quietRoutes.list>['items'][number];
