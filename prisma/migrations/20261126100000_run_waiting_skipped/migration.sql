-- AlterEnum: runs whose program is not started yet, or never was.
ALTER TYPE "run_state" ADD VALUE 'waiting' BEFORE 'running';
ALTER TYPE "run_state" ADD VALUE 'skipped' BEFORE 'indeterminate';

-- AlterTable: why, in words, and what a run used.
ALTER TABLE "run" ADD COLUMN "detail" TEXT,
ADD COLUMN "cpu_ms" BIGINT,
ADD COLUMN "peak_memory_bytes" BIGINT;
