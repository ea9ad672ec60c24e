import type { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import type { Response } from '@carillon/contract/http/route';

export type JobSecret = Response<typeof jobSecretRoutes.get>;
