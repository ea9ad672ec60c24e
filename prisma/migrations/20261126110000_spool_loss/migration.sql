-- What waited on hosts and was given up before we had it.
CREATE TYPE "spool_loss_reason" AS ENUM ('size', 'age', 'disk', 'damaged');

CREATE TABLE "spool_loss" (
    "id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "reason" "spool_loss_reason" NOT NULL,
    "run_events" BIGINT NOT NULL,
    "other_events" BIGINT NOT NULL,
    "output_runs" BIGINT NOT NULL,
    "output_bytes" BIGINT NOT NULL,
    "run_ids" UUID[] NOT NULL,
    "lost_from" TIMESTAMPTZ(3),
    "lost_to" TIMESTAMPTZ(3),
    "noticed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "spool_loss_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "spool_loss_host_id_id_idx" ON "spool_loss"("host_id", "id" DESC);

-- Room on the host, as its agent last said; null from agents that do not say.
ALTER TABLE "agent_session" ADD COLUMN "spool_bytes" BIGINT,
ADD COLUMN "disk_free_bytes" BIGINT,
ADD COLUMN "disk_problem" TEXT;
