-- CreateTable: starts that Task Scheduler was to make and of which no run came.
CREATE TABLE "start_failure" (
    "id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "job_version" INTEGER NOT NULL,
    "run_id" UUID NOT NULL,
    "cause" TEXT NOT NULL,
    "scheduled_for" TIMESTAMPTZ(3),
    "result_code" BIGINT,
    "account" TEXT,
    "records" INTEGER[],
    "failed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "start_failure_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "start_failure_job_id_host_id_id_idx" ON "start_failure"("job_id", "host_id", "id" DESC);

-- CreateTable: whether a host's agent can read what its Task Scheduler does.
CREATE TABLE "task_history" (
    "host_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "message" TEXT,
    "noticed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "task_history_pkey" PRIMARY KEY ("host_id")
);
