-- Runs that went badly, apart from `run`: an index there that looks at the state would make every end of a run a new row
-- in every index. Kept by triggers, so that it is right whoever writes.
CREATE TABLE "run_bad" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,

    CONSTRAINT "run_bad_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "run_bad_job_id_id_idx" ON "run_bad"("job_id", "id" DESC);
CREATE INDEX "run_bad_host_id_id_idx" ON "run_bad"("host_id", "id" DESC);

INSERT INTO "run_bad" SELECT "id", "job_id", "host_id" FROM "run" WHERE "state" IN ('failed', 'timed_out', 'killed', 'indeterminate');

DROP INDEX "run_bad_idx";
DROP INDEX "run_job_id_bad_idx";
DROP INDEX "run_host_id_bad_idx";

CREATE FUNCTION "note_bad_run"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO run_bad (id, job_id, host_id) VALUES (NEW.id, NEW.job_id, NEW.host_id)
  ON CONFLICT (id) DO UPDATE SET job_id = excluded.job_id, host_id = excluded.host_id;
  RETURN NULL;
END
$$;
CREATE FUNCTION "forget_bad_run"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM run_bad WHERE id = OLD.id;
  RETURN NULL;
END
$$;

CREATE TRIGGER "run_begins_bad" AFTER INSERT ON "run" FOR EACH ROW
  WHEN (NEW.state IN ('failed', 'timed_out', 'killed', 'indeterminate')) EXECUTE FUNCTION "note_bad_run"();
CREATE TRIGGER "run_turns_bad" AFTER UPDATE ON "run" FOR EACH ROW
  WHEN (NEW.state IN ('failed', 'timed_out', 'killed', 'indeterminate')) EXECUTE FUNCTION "note_bad_run"();
CREATE TRIGGER "run_turns_good" AFTER UPDATE ON "run" FOR EACH ROW
  WHEN (OLD.state IN ('failed', 'timed_out', 'killed', 'indeterminate')
    AND NEW.state NOT IN ('failed', 'timed_out', 'killed', 'indeterminate')) EXECUTE FUNCTION "forget_bad_run"();
CREATE TRIGGER "run_goes_bad" AFTER DELETE ON "run" FOR EACH ROW
  WHEN (OLD.state IN ('failed', 'timed_out', 'killed', 'indeterminate')) EXECUTE FUNCTION "forget_bad_run"();

-- Room in each page for what a run's end adds to its start, so that the end stays in the page and no index hears of it.
DO $$
DECLARE
  child text;
BEGIN
  FOR child IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '"run"'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (fillfactor = 80)', child);
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION "ensure_partitions"(first_day date, last_day date) RETURNS integer LANGUAGE plpgsql AS $$
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
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = %s)',
          child, parent, uuid_at(day::timestamp AT TIME ZONE 'UTC'), uuid_at((day + 1)::timestamp AT TIME ZONE 'UTC'),
          CASE parent WHEN 'run' THEN 80 ELSE 100 END);
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

-- Rows of numbers grow event by event, in their page.
ALTER TABLE "agent_event_batch" SET (fillfactor = 70);

-- Null is zero, and of what is stored: all of it. Most runs say nothing to stderr and are kept whole.
ALTER TABLE "run"
  ALTER COLUMN "stdout_bytes" DROP NOT NULL, ALTER COLUMN "stdout_bytes" DROP DEFAULT,
  ALTER COLUMN "stdout_stored" DROP NOT NULL, ALTER COLUMN "stdout_stored" DROP DEFAULT,
  ALTER COLUMN "stderr_bytes" DROP NOT NULL, ALTER COLUMN "stderr_bytes" DROP DEFAULT,
  ALTER COLUMN "stderr_stored" DROP NOT NULL, ALTER COLUMN "stderr_stored" DROP DEFAULT;
