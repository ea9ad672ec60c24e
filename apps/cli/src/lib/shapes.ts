import type { hostConcern, hostDetail, hostSummary, spoolLoss } from '@carillon/contract/http/hosts.routes';
import type { applyResult, assignment, commandSummary } from '@carillon/contract/http/jobs.shapes';
import type { runDetail, runSummary } from '@carillon/contract/http/runs.routes';
import type { z } from 'zod';

/** What the server answers with, by name. */
export type HostSummary = z.output<typeof hostSummary>;
export type HostDetail = z.output<typeof hostDetail>;
export type HostConcern = z.output<typeof hostConcern>;
export type SpoolLoss = z.output<typeof spoolLoss>;
export type ApplyResult = z.output<typeof applyResult>;
export type Assignment = z.output<typeof assignment>;
export type CommandSummary = z.output<typeof commandSummary>;
export type RunSummary = z.output<typeof runSummary>;
export type RunDetail = z.output<typeof runDetail>;
