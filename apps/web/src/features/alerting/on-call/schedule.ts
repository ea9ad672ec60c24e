import type { quietRoutes } from '@carillon/contract/http/quiet.routes';
import type { Response } from '@carillon/contract/http/route';

/** Who is on duty when. */
export type Schedule = Response<typeof quietRoutes.onCall>['items'][number];
