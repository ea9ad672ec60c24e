import type { Response } from '@carillon/contract/http/route';
import type { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';

/** Another system that is told by webhook. */
export type Subscription = Response<typeof subscriptionRoutes.list>['items'][number];
