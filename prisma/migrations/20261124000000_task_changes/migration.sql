-- AlterEnum: an applied task that was found changed on its host.
ALTER TYPE "assignment_state" ADD VALUE 'drifted' AFTER 'applied';

-- CreateEnum
CREATE TYPE "task_change_state" AS ENUM ('drifted', 'repaired', 'restored');

-- CreateEnum
CREATE TYPE "drift_kind" AS ENUM ('deleted', 'disabled', 'edited', 'unreadable');

-- CreateTable
CREATE TABLE "task_change" (
    "id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "job_version" INTEGER NOT NULL,
    "state" "task_change_state" NOT NULL,
    "found" "drift_kind",
    "differences" TEXT[],
    "message" TEXT,
    "noticed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "task_change_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "task_change_host_id_id_idx" ON "task_change"("host_id", "id" DESC);

-- CreateIndex
CREATE INDEX "task_change_job_id_id_idx" ON "task_change"("job_id", "id" DESC);
