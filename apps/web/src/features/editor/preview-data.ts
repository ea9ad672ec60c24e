import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';

/** What the server would make of a document. */
export type PreviewData = Response<typeof jobRoutes.preview>;
