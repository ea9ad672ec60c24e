-- AlterTable: the task as it was found, and what became of adopting it.
ALTER TABLE "task_change" ADD COLUMN "definition_hash" TEXT;
ALTER TABLE "task_change" ADD COLUMN "definition" TEXT;
ALTER TABLE "task_change" ADD COLUMN "compared_with" JSONB;
ALTER TABLE "task_change" ADD COLUMN "adoption" TEXT;
ALTER TABLE "task_change" ADD COLUMN "adoption_reasons" TEXT[] DEFAULT ARRAY[]::TEXT[];
ALTER TABLE "task_change" ADD COLUMN "adopted_version" INTEGER;

-- What waits to be adopted: few rows, looked at every few seconds. Prisma cannot say partial.
CREATE INDEX "task_change_wanted" ON "task_change"("id") WHERE "adoption" = 'wanted';

-- AlterTable: why a version was written, where nobody wrote it by hand.
ALTER TABLE "job_version" ADD COLUMN "reason" TEXT;
