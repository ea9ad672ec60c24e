-- A version of a job on its way to its hosts, ring by ring. Whether a host may have it is judged by the book of what was
-- accepted; what stands here only says what to do next.
CREATE TABLE "rollout" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "base_version" INTEGER,
    "seed" TEXT NOT NULL,
    "rings" JSONB NOT NULL,
    "open" INTEGER NOT NULL DEFAULT 1,
    "soak_ms" BIGINT NOT NULL,
    "halt_on" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "in_force" BOOLEAN NOT NULL DEFAULT true,
    "ignores_freezes" BOOLEAN NOT NULL DEFAULT false,
    "reason" JSONB,
    "author" TEXT NOT NULL,
    "comment" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),
    "healthy_since" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "rollout_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "rollout_job_id_started_at_idx" ON "rollout"("job_id", "started_at" DESC);
CREATE UNIQUE INDEX "rollout_under_way" ON "rollout"("job_id") WHERE "state" IN ('running', 'halted');
CREATE INDEX "rollout_in_force" ON "rollout"("job_id") WHERE "in_force";
