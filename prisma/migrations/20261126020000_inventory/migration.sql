-- Tasks of hosts that are not Windows' own, as their agents last told.
CREATE TABLE "host_inventory" (
    "host_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "omitted" INTEGER NOT NULL,
    "variables" JSONB NOT NULL DEFAULT '{}',
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_inventory_pkey" PRIMARY KEY ("host_id")
);

CREATE TABLE "host_task" (
    "host_id" UUID NOT NULL,
    "path_key" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "list_hash" TEXT NOT NULL,
    "definition_hash" TEXT NOT NULL,
    "definition" TEXT,
    "problem" TEXT,
    "enabled" BOOLEAN,
    "run_as" TEXT NOT NULL,
    "command" TEXT NOT NULL,
    "arguments" TEXT NOT NULL,
    "working_directory" TEXT NOT NULL,
    "last_result" BIGINT,
    "last_run_at" TIMESTAMPTZ(3),
    "next_run_at" TIMESTAMPTZ(3),
    "group_key" TEXT,
    "variant_key" TEXT,

    CONSTRAINT "host_task_pkey" PRIMARY KEY ("host_id", "path_key")
);

CREATE INDEX "host_task_group_key_idx" ON "host_task"("group_key");

-- Tasks that jobs stand in for: what they were, and that they are back.
CREATE TABLE "task_replacement" (
    "id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "job_version" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "was_enabled" BOOLEAN NOT NULL,
    "definition" TEXT,
    "message" TEXT,
    "noticed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "task_replacement_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "task_replacement_job_id_id_idx" ON "task_replacement"("job_id", "id" DESC);
