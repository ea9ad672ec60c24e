-- CreateTable: how many runs of the whole fleet are in which state, by the hour of their start.
CREATE TABLE "run_fleet_hour" (
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

    CONSTRAINT "run_fleet_hour_pkey" PRIMARY KEY ("hour","slot")
);

-- What the hours of all jobs sum up to, from an hour on.
CREATE FUNCTION "summed_job_hours"(from_hour integer) RETURNS SETOF "run_fleet_hour" LANGUAGE sql STABLE AS $$
  SELECT hour, 0::smallint, nullif(sum(waiting), 0)::integer, nullif(sum(running), 0)::integer, nullif(sum(succeeded), 0)::integer,
    nullif(sum(warning), 0)::integer, nullif(sum(failed), 0)::integer, nullif(sum(timed_out), 0)::integer,
    nullif(sum(killed), 0)::integer, nullif(sum(skipped), 0)::integer, nullif(sum(indeterminate), 0)::integer,
    nullif(sum(duration_ms), 0)::bigint
  FROM run_job_hour WHERE hour >= from_hour GROUP BY hour
$$;

-- Servers from before this table count by job only, while the first newer ones already run beside them: makes the fleet's hours
-- what those of its jobs sum up to. Whoever stores runs waits meanwhile.
CREATE FUNCTION "mend_fleet_hours"(from_hour integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  wrong integer[];
BEGIN
  LOCK TABLE run_fleet_hour IN SHARE ROW EXCLUSIVE MODE;
  SELECT array_agg(coalesce(s.hour, k.hour)) INTO wrong FROM summed_job_hours(from_hour) s FULL JOIN (
    SELECT hour, sum(waiting) AS waiting, sum(running) AS running, sum(succeeded) AS succeeded, sum(warning) AS warning,
      sum(failed) AS failed, sum(timed_out) AS timed_out, sum(killed) AS killed, sum(skipped) AS skipped,
      sum(indeterminate) AS indeterminate, sum(duration_ms) AS duration_ms
    FROM run_fleet_hour WHERE hour >= from_hour GROUP BY hour) k ON k.hour = s.hour
  WHERE (coalesce(s.waiting, 0), coalesce(s.running, 0), coalesce(s.succeeded, 0), coalesce(s.warning, 0), coalesce(s.failed, 0),
      coalesce(s.timed_out, 0), coalesce(s.killed, 0), coalesce(s.skipped, 0), coalesce(s.indeterminate, 0), coalesce(s.duration_ms, 0))
    IS DISTINCT FROM
    (coalesce(k.waiting, 0), coalesce(k.running, 0), coalesce(k.succeeded, 0), coalesce(k.warning, 0), coalesce(k.failed, 0),
      coalesce(k.timed_out, 0), coalesce(k.killed, 0), coalesce(k.skipped, 0), coalesce(k.indeterminate, 0), coalesce(k.duration_ms, 0));
  IF wrong IS NULL THEN
    RETURN 0;
  END IF;
  DELETE FROM run_fleet_hour WHERE hour = ANY(wrong);
  INSERT INTO run_fleet_hour SELECT * FROM summed_job_hours(from_hour) WHERE hour = ANY(wrong);
  RETURN cardinality(wrong);
END
$$;

CREATE OR REPLACE FUNCTION "rebuild_run_hours"() RETURNS void LANGUAGE sql AS $$
  DELETE FROM run_hour;
  DELETE FROM run_job_hour;
  DELETE FROM run_fleet_hour;
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
  INSERT INTO run_fleet_hour SELECT * FROM summed_job_hours(0);
$$;

SELECT "mend_fleet_hours"(0);
