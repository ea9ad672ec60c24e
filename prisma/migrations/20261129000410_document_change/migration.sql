-- Who changed what alerts are configured with, and how it was before. Kept when the document itself is gone.
CREATE TABLE "document_change" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    -- Null: there was none; there is none any more.
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "document_change_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "document_change_at_idx" ON "document_change"("at");
CREATE INDEX "job_version_created_at_idx" ON "job_version"("created_at");
CREATE INDEX "command_created_at_idx" ON "command"("created_at");
CREATE INDEX "host_pause_from_at_idx" ON "host_pause"("from_at");
CREATE INDEX "alert_log_actor_idx" ON "alert_log"("at") WHERE "actor" IS NOT NULL;
