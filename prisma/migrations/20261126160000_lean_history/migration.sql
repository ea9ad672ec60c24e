-- Which event stands at which number of which host, many numbers to a row: tells a repeat from a restored disk.
CREATE TABLE "agent_event_batch" (
    "host_id" UUID NOT NULL,
    "first_seq" BIGINT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "epoch" INTEGER NOT NULL,
    "event_ids" BYTEA NOT NULL,

    CONSTRAINT "agent_event_batch_pkey" PRIMARY KEY ("host_id","epoch","first_seq")
);

-- Ids are random: packing them would cost time and save nothing.
ALTER TABLE "agent_event_batch" ALTER COLUMN "event_ids" SET STORAGE EXTERNAL;

-- One row for each event so far, which may still be told again.
INSERT INTO "agent_event_batch" ("host_id", "first_seq", "received_at", "epoch", "event_ids")
  SELECT "host_id", "seq", "received_at", "epoch", uuid_send("event_id") FROM "agent_event_key";

DROP TABLE "agent_event_key";

-- The same number by number, for whoever looks.
CREATE VIEW "agent_event_key" AS
  SELECT b."host_id", b."epoch", b."first_seq" + place AS "seq",
    encode(substring(b."event_ids" FROM place * 16 + 1 FOR 16), 'hex')::uuid AS "event_id", b."received_at"
  FROM "agent_event_batch" b, generate_series(0, length(b."event_ids") / 16 - 1) AS place
  WHERE substring(b."event_ids" FROM place * 16 + 1 FOR 16) <> decode(repeat('00', 16), 'hex');

-- AlterTable: hashes as bytes; of a stream that said nothing there is none to keep.
ALTER TABLE "run"
  ALTER COLUMN "stdout_sha256" TYPE BYTEA USING CASE WHEN "stdout_bytes" > 0 THEN decode("stdout_sha256", 'hex') END,
  ALTER COLUMN "stderr_sha256" TYPE BYTEA USING CASE WHEN "stderr_bytes" > 0 THEN decode("stderr_sha256", 'hex') END;

-- The hour in which a run started, counted from 1970 in UTC: its id begins with the time in milliseconds.
CREATE FUNCTION "run_hour_of"(id uuid) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ((('x' || encode(substring(uuid_send(id) FROM 1 FOR 6), 'hex'))::bit(48)::bigint) / 3600000)::integer
$$;

-- How many runs are in which state, by the hour of their start. Null is zero.
CREATE TABLE "run_hour" (
    "job_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "hour" INTEGER NOT NULL,
    "waiting" INTEGER,
    "running" INTEGER,
    "succeeded" INTEGER,
    "warning" INTEGER,
    "failed" INTEGER,
    "timed_out" INTEGER,
    "killed" INTEGER,
    "skipped" INTEGER,
    "indeterminate" INTEGER,
    "duration_ms" BIGINT,

    CONSTRAINT "run_hour_pkey" PRIMARY KEY ("job_id","host_id","hour")
);

CREATE TABLE "run_job_hour" (
    "job_id" UUID NOT NULL,
    "hour" INTEGER NOT NULL,
    "slot" SMALLINT NOT NULL,
    "waiting" INTEGER,
    "running" INTEGER,
    "succeeded" INTEGER,
    "warning" INTEGER,
    "failed" INTEGER,
    "timed_out" INTEGER,
    "killed" INTEGER,
    "skipped" INTEGER,
    "indeterminate" INTEGER,
    "duration_ms" BIGINT,

    CONSTRAINT "run_job_hour_pkey" PRIMARY KEY ("job_id","hour","slot")
);

CREATE INDEX "run_job_hour_hour_idx" ON "run_job_hour"("hour");

-- Counts again from the runs that are there, for hours whose runs are all there. Nobody may store runs meanwhile.
CREATE FUNCTION "rebuild_run_hours"() RETURNS void LANGUAGE sql AS $$
  DELETE FROM run_hour;
  DELETE FROM run_job_hour;
  INSERT INTO run_hour (job_id, host_id, hour, waiting, running, succeeded, warning, failed, timed_out, killed, skipped, indeterminate, duration_ms)
  SELECT job_id, host_id, run_hour_of(id), nullif(count(*) FILTER (WHERE state = 'waiting'), 0),
    nullif(count(*) FILTER (WHERE state = 'running'), 0), nullif(count(*) FILTER (WHERE state = 'succeeded'), 0),
    nullif(count(*) FILTER (WHERE state = 'warning'), 0), nullif(count(*) FILTER (WHERE state = 'failed'), 0),
    nullif(count(*) FILTER (WHERE state = 'timed_out'), 0), nullif(count(*) FILTER (WHERE state = 'killed'), 0),
    nullif(count(*) FILTER (WHERE state = 'skipped'), 0), nullif(count(*) FILTER (WHERE state = 'indeterminate'), 0),
    nullif(sum(duration_ms), 0)
  FROM run GROUP BY 1, 2, 3;
  INSERT INTO run_job_hour
  SELECT job_id, hour, 0, sum(waiting), sum(running), sum(succeeded), sum(warning), sum(failed), sum(timed_out),
    sum(killed), sum(skipped), sum(indeterminate), sum(duration_ms)
  FROM run_hour GROUP BY 1, 2;
$$;

SELECT "rebuild_run_hours"();
