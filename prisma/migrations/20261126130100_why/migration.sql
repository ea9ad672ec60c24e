-- AlterTable: who changed a task and when, as Task Scheduler's log tells.
ALTER TABLE "task_change" ADD COLUMN "changed_at" TIMESTAMPTZ(3);
ALTER TABLE "task_change" ADD COLUMN "changed_by" TEXT;

-- CreateTable: a time in which a host was not heard from, known when it came back.
CREATE TABLE "host_absence" (
    "host_id" UUID NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "host_absence_pkey" PRIMARY KEY ("host_id","from_at")
);

-- CreateTable: when a host started, as its agent says.
CREATE TABLE "host_boot" (
    "host_id" UUID NOT NULL,
    "booted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "host_boot_pkey" PRIMARY KEY ("host_id","booted_at")
);
