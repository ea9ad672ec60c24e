import type { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import type { Response } from '@carillon/contract/http/route';

export type Rollout = Response<typeof rolloutRoutes.list>['items'][number];
