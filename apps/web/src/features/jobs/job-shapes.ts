import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';

export type Job = Response<typeof jobRoutes.list>['items'][number];
