-- AlterEnum: an order to put a job's task back as the job says.
ALTER TYPE "command_kind" ADD VALUE 'repair';

-- AlterTable: who asked for it, where the agent did not do it by itself.
ALTER TABLE "task_change" ADD COLUMN "repaired_by" TEXT;
