-- What alerts are made of and where they go, each by kind and name.
CREATE TABLE "alert_document" (
    "kind" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "author" TEXT NOT NULL DEFAULT '',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_document_pkey" PRIMARY KEY ("kind", "name_key")
);
INSERT INTO "alert_document" ("kind", "name_key", "name", "spec", "updated_at")
  SELECT 'AlertPolicy', "name_key", "name", "spec", "updated_at" FROM "alert_policy";
DROP TABLE "alert_policy";

-- Jobs at which some policy looks: only their runs are signalled.
CREATE TABLE "alert_watch" (
    "job_id" UUID NOT NULL,
    -- Also when a run starts, for policies that ask how long it takes.
    "starts" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "alert_watch_pkey" PRIMARY KEY ("job_id")
);

-- Written in the transaction that stored what happened; gone once the evaluator has it.
CREATE TABLE "alert_signal" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "kind" TEXT NOT NULL,
    "job_id" UUID,
    "host_id" UUID,
    "run_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "data" JSONB,

    CONSTRAINT "alert_signal_pkey" PRIMARY KEY ("id")
);

-- The latest results of a job on a host, as far as policies need them; none where all is well.
CREATE TABLE "alert_series" (
    "job_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "results" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_series_pkey" PRIMARY KEY ("job_id", "host_id")
);

CREATE TABLE "incident" (
    "id" UUID NOT NULL,
    "number" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "key" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "policy" TEXT NOT NULL,
    "job_id" UUID,
    "host_id" UUID,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "acknowledged_by" TEXT,
    "acknowledged_at" TIMESTAMPTZ(3),
    "assignee" TEXT,
    "muted" JSONB,
    "spread" JSONB NOT NULL,
    "escalation" JSONB,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "flapping" BOOLEAN NOT NULL DEFAULT false,
    "wake_at" TIMESTAMPTZ(3),
    -- What the grouping keeps for itself.
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "incident_number_key" ON "incident"("number");
CREATE UNIQUE INDEX "incident_open_key" ON "incident"("key") WHERE "state" <> 'resolved';
CREATE INDEX "incident_wake_idx" ON "incident"("wake_at") WHERE "wake_at" IS NOT NULL;
CREATE INDEX "incident_state_number_idx" ON "incident"("state", "number" DESC);
CREATE INDEX "incident_key_number_idx" ON "incident"("key", "number" DESC);

CREATE TABLE "alert" (
    "id" UUID NOT NULL,
    "policy" TEXT NOT NULL,
    "job_id" UUID,
    "host_id" UUID,
    "what" TEXT NOT NULL DEFAULT '',
    "state" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "flapping" BOOLEAN NOT NULL DEFAULT false,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "fired_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),
    "reason" JSONB NOT NULL,
    "facts" JSONB NOT NULL DEFAULT '{}',
    "run_id" UUID,
    "incident_id" UUID,
    "wake_at" TIMESTAMPTZ(3),
    -- What its condition keeps for itself.
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "alert_open_key" ON "alert"("policy", "job_id", "host_id", "what") NULLS NOT DISTINCT WHERE "state" <> 'resolved';
CREATE INDEX "alert_wake_idx" ON "alert"("wake_at") WHERE "wake_at" IS NOT NULL;
CREATE INDEX "alert_incident_id_idx" ON "alert"("incident_id");
CREATE INDEX "alert_host_idx" ON "alert"("host_id") WHERE "state" <> 'resolved';
CREATE INDEX "alert_job_idx" ON "alert"("job_id") WHERE "state" <> 'resolved';
CREATE INDEX "alert_resolved_idx" ON "alert"("resolved_at") WHERE "state" = 'resolved';

-- Every decision of every stage, in order; added to, never changed.
CREATE TABLE "alert_log" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "incident_id" UUID,
    "alert_id" UUID,
    "notice_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "stage" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "actor" TEXT,
    "data" JSONB,

    CONSTRAINT "alert_log_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "alert_log_incident_id_id_idx" ON "alert_log"("incident_id", "id");
CREATE INDEX "alert_log_alert_idx" ON "alert_log"("alert_id", "id") WHERE "incident_id" IS NULL;
CREATE INDEX "alert_log_at_idx" ON "alert_log"("at");

-- One message to one target for one reason: written with the decision, delivered by whoever holds its lease.
CREATE TABLE "notice" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "incident_id" UUID,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "channel" TEXT NOT NULL,
    "recipient" TEXT,
    "reason" TEXT NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "content" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "next_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "lease_until" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "outcome" JSONB,

    CONSTRAINT "notice_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "notice_key_key" ON "notice"("key");
CREATE INDEX "notice_next_idx" ON "notice"("next_at") WHERE "next_at" IS NOT NULL;
CREATE INDEX "notice_incident_id_created_at_idx" ON "notice"("incident_id", "created_at");
CREATE INDEX "notice_state_idx" ON "notice"("state", "created_at" DESC) WHERE "state" IN ('dead', 'failed', 'sending', 'queued');
CREATE INDEX "notice_channel_created_at_idx" ON "notice"("channel", "created_at" DESC);
