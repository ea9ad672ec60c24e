-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "host_state" AS ENUM ('active', 'quarantined', 'revoked', 'retired');

-- CreateEnum
CREATE TYPE "assignment_state" AS ENUM ('desired', 'delivered', 'applied', 'failed', 'rejected', 'removing');

-- CreateEnum
CREATE TYPE "run_state" AS ENUM ('running', 'succeeded', 'warning', 'failed', 'timed_out', 'killed', 'indeterminate');

-- CreateEnum
CREATE TYPE "run_trigger" AS ENUM ('schedule', 'command', 'local');

-- CreateEnum
CREATE TYPE "command_kind" AS ENUM ('run', 'stop');

-- CreateEnum
CREATE TYPE "command_state" AS ENUM ('queued', 'delivered', 'accepted', 'done', 'rejected', 'expired', 'indeterminate');

-- CreateTable
CREATE TABLE "job" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "current_version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_version" (
    "job_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "spec" JSONB NOT NULL,
    "spec_hash" TEXT NOT NULL,
    "manifest" TEXT NOT NULL,
    "manifest_hash" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "job_version_pkey" PRIMARY KEY ("job_id","version")
);

-- CreateTable
CREATE TABLE "host" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "state" "host_state" NOT NULL DEFAULT 'active',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "os" TEXT NOT NULL,
    "timezone" TEXT NOT NULL,
    "agent_version" TEXT NOT NULL,
    "scheduler" TEXT NOT NULL,
    "capabilities" TEXT[],
    "fingerprint" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "desired_rev" BIGINT NOT NULL DEFAULT 0,
    "desired_hash" TEXT NOT NULL,
    "observed_hash" TEXT,
    "enrolled_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_session" (
    "host_id" UUID NOT NULL,
    "gateway_id" UUID,
    "fence" BIGINT NOT NULL DEFAULT 0,
    "connected_at" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3),
    "epoch" INTEGER NOT NULL DEFAULT 1,
    "acked_seq" BIGINT NOT NULL DEFAULT 0,
    "spool_waiting" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "agent_session_pkey" PRIMARY KEY ("host_id")
);

-- CreateTable
CREATE TABLE "host_group" (
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "labels" JSONB,
    "hosts" TEXT[],
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_group_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "assignment" (
    "job_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "manifest_hash" TEXT NOT NULL,
    "applied_version" INTEGER,
    "state" "assignment_state" NOT NULL DEFAULT 'desired',
    "code" TEXT,
    "message" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "assignment_pkey" PRIMARY KEY ("host_id","job_id")
);

-- CreateTable
CREATE TABLE "run" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "job_version" INTEGER NOT NULL,
    "host_id" UUID NOT NULL,
    "state" "run_state" NOT NULL,
    "reason" TEXT,
    "trigger" "run_trigger" NOT NULL,
    "scheduled_for" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "duration_ms" BIGINT,
    "exit_code" BIGINT,
    "command_id" UUID,
    "encoding" TEXT NOT NULL DEFAULT 'auto',
    "stdout_bytes" BIGINT NOT NULL DEFAULT 0,
    "stdout_stored" BIGINT NOT NULL DEFAULT 0,
    "stdout_sha256" TEXT,
    "stderr_bytes" BIGINT NOT NULL DEFAULT 0,
    "stderr_stored" BIGINT NOT NULL DEFAULT 0,
    "stderr_sha256" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "agent_event_key" (
    "host_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "seq" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_event_key_pkey" PRIMARY KEY ("host_id","epoch","seq")
);

-- CreateTable
CREATE TABLE "run_output" (
    "run_id" UUID NOT NULL,
    "stream" SMALLINT NOT NULL,
    "offset" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "dropped_before" BIGINT NOT NULL DEFAULT 0,
    "length" INTEGER NOT NULL,
    "codec" SMALLINT NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "run_output_pkey" PRIMARY KEY ("run_id","stream","offset")
) PARTITION BY RANGE ("run_id");

-- CreateTable
CREATE TABLE "command" (
    "id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "action" "command_kind" NOT NULL,
    "run_id" UUID,
    "state" "command_state" NOT NULL DEFAULT 'queued',
    "code" TEXT,
    "message" TEXT,
    "text" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "command_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrolment_token" (
    "id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "uses" INTEGER NOT NULL DEFAULT 1,
    "used" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "enrolment_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_policy" (
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_policy_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "credential" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "credential_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "host_name_key_key" ON "host"("name_key");

-- CreateIndex
CREATE INDEX "agent_session_gateway_id_idx" ON "agent_session"("gateway_id");

-- CreateIndex
CREATE UNIQUE INDEX "host_group_name_key_key" ON "host_group"("name_key");

-- CreateIndex
CREATE INDEX "assignment_job_id_state_idx" ON "assignment"("job_id", "state");

-- CreateIndex
CREATE INDEX "run_job_id_id_idx" ON "run"("job_id", "id" DESC);

-- CreateIndex
CREATE INDEX "run_host_id_id_idx" ON "run"("host_id", "id" DESC);

-- CreateIndex
CREATE INDEX "agent_event_key_received_at_idx" ON "agent_event_key"("received_at");

-- CreateIndex
CREATE INDEX "command_host_id_state_idx" ON "command"("host_id", "state");

-- CreateIndex
CREATE INDEX "command_expires_at_idx" ON "command"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "enrolment_token_hash_key" ON "enrolment_token"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "alert_policy_name_key_key" ON "alert_policy"("name_key");

-- CreateIndex
CREATE UNIQUE INDEX "credential_hash_key" ON "credential"("hash");

-- CreateIndex
CREATE INDEX "credential_expires_at_idx" ON "credential"("expires_at");

-- AddForeignKey
ALTER TABLE "job_version" ADD CONSTRAINT "job_version_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_session" ADD CONSTRAINT "agent_session_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assignment" ADD CONSTRAINT "assignment_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assignment" ADD CONSTRAINT "assignment_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "command" ADD CONSTRAINT "command_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE RESTRICT ON UPDATE CASCADE;



-- A deleted job's name is free again.
CREATE UNIQUE INDEX "job_name_key_live_idx" ON "job"("name_key") WHERE "deleted_at" IS NULL;

-- Failures are few and asked for often.
CREATE INDEX "run_bad_idx" ON "run"("id" DESC) WHERE "state" IN ('failed', 'timed_out', 'killed', 'indeterminate');

-- Time partitions. Runs and their output are keyed by UUIDv7 (RFC 9562), whose first 48 bits are the time in
-- milliseconds, so the key alone says in which partition a row lives.
CREATE TABLE "run_default" PARTITION OF "run" DEFAULT;
CREATE TABLE "run_output_default" PARTITION OF "run_output" DEFAULT;

CREATE FUNCTION "uuid_at"(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Makes the daily partitions (UTC days) that are missing and returns how many. Safe to call from several servers.
CREATE FUNCTION "ensure_partitions"(first_day date, last_day date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  parent text;
  day date;
  child text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('carillon.ensure_partitions'));
  FOREACH parent IN ARRAY ARRAY['run', 'run_output'] LOOP
    FOR day IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
      child := parent || '_' || to_char(day, 'YYYYMMDD');
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
          child, parent, uuid_at(day::timestamp AT TIME ZONE 'UTC'), uuid_at((day + 1)::timestamp AT TIME ZONE 'UTC'));
        made := made + 1;
      EXCEPTION WHEN check_violation THEN
        -- Rows of that day already stand in the default partition; they stay readable there.
        RAISE NOTICE 'partition % not made: rows in the default partition', child;
      END;
    END LOOP;
  END LOOP;
  RETURN made;
END
$$;

-- A job version never changes after it was written.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is immutable', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER "job_version_immutable" BEFORE UPDATE OR DELETE ON "job_version" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
