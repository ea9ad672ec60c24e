-- Up to when the expected runs of a job on a host have a verdict, and when the next is to be looked at.
CREATE TABLE "expected_cursor" (
    "host_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "checked_to" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "check_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,
    -- What the host had registered since when: [{"version", "timezone", "fromMs"}], oldest first.
    "spans" JSONB NOT NULL DEFAULT '[]',
    -- The row of `missed_run` to which the last of them belongs; null when that simply ran.
    "stretch" BIGINT,

    CONSTRAINT "expected_cursor_pkey" PRIMARY KEY ("host_id", "job_id")
) WITH (fillfactor = 80);
CREATE INDEX "expected_cursor_check_idx" ON "expected_cursor"("check_at") WHERE "check_at" IS NOT NULL;
ALTER TABLE "expected_cursor" ADD CONSTRAINT "expected_cursor_host_id_job_id_fkey"
  FOREIGN KEY ("host_id", "job_id") REFERENCES "assignment"("host_id", "job_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Expected runs that did not simply happen. One row for occurrences in a row of which the same is to be said.
CREATE TABLE "missed_run" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "job_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "timezone" TEXT NOT NULL,
    "scheduled_for" TIMESTAMPTZ(3) NOT NULL,
    "last_for" TIMESTAMPTZ(3) NOT NULL,
    "occurrences" INTEGER NOT NULL DEFAULT 1,
    "verdict" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "certainty" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "evidence" JSONB NOT NULL DEFAULT '[]',
    "run_id" UUID,
    "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    -- What late evidence made of it; what was said first stays.
    "amended_verdict" TEXT,
    "amended_cause" TEXT,
    "amended_text" TEXT,
    "amended_run_id" UUID,
    "amended_at" TIMESTAMPTZ(3),
    "recheck_at" TIMESTAMPTZ(3),
    "rechecks" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "missed_run_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "missed_run_job_id_id_idx" ON "missed_run"("job_id", "id" DESC);
CREATE INDEX "missed_run_host_id_id_idx" ON "missed_run"("host_id", "id" DESC);
CREATE INDEX "missed_run_decided_at_idx" ON "missed_run"("decided_at");
CREATE INDEX "missed_run_recheck_idx" ON "missed_run"("recheck_at") WHERE "recheck_at" IS NOT NULL;
-- At most one that waits for word of a host, so that it grows instead of being told again.
CREATE UNIQUE INDEX "missed_run_open_key" ON "missed_run"("host_id", "job_id") WHERE "verdict" = 'host_unknown' AND "amended_at" IS NULL;

-- What hosts were last told to be, so that each change is told once.
CREATE TABLE "host_watch" (
    "host_id" UUID NOT NULL,
    "offline_at" TIMESTAMPTZ(3),
    "clock_ahead_ms" BIGINT,
    "load" JSONB,

    CONSTRAINT "host_watch_pkey" PRIMARY KEY ("host_id")
);
ALTER TABLE "host_watch" ADD CONSTRAINT "host_watch_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Since when the watch over hosts has gone on without a break; silence while nobody listened means nothing.
CREATE TABLE "watch_turn" (
    "name" TEXT NOT NULL,
    "steady_since" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "watch_turn_pkey" PRIMARY KEY ("name")
);

CREATE FUNCTION expected_span(version integer, host uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(jsonb_build_object('version', version, 'timezone', h.timezone,
    'fromMs', (extract(epoch FROM clock_timestamp()) * 1000)::bigint)) FROM host h WHERE h.id = host
$$;

-- Kept by triggers, so that whoever writes an assignment, nothing is forgotten.
CREATE FUNCTION expect_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  registered integer := coalesce(NEW.applied_version, CASE WHEN NEW.state IN ('failed', 'rejected') THEN NEW.version END);
BEGIN
  INSERT INTO expected_cursor AS c (host_id, job_id, spans)
  VALUES (NEW.host_id, NEW.job_id, CASE WHEN registered IS NULL THEN '[]' ELSE expected_span(registered, NEW.host_id) END)
  ON CONFLICT (host_id, job_id) DO UPDATE SET spans = c.spans || excluded.spans, check_at = clock_timestamp();
  RETURN NULL;
END $$;
CREATE TRIGGER expect_new AFTER INSERT ON assignment FOR EACH ROW EXECUTE FUNCTION expect_assignment();
CREATE TRIGGER expect_applied AFTER UPDATE OF applied_version ON assignment FOR EACH ROW
  WHEN (OLD.applied_version IS DISTINCT FROM NEW.applied_version) EXECUTE FUNCTION expect_assignment();
CREATE TRIGGER expect_refused AFTER UPDATE OF state ON assignment FOR EACH ROW
  WHEN (NEW.applied_version IS NULL AND OLD.applied_version IS NULL AND NEW.state IN ('failed', 'rejected') AND OLD.state NOT IN ('failed', 'rejected'))
  EXECUTE FUNCTION expect_assignment();

CREATE FUNCTION expect_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE expected_cursor SET check_at = clock_timestamp(),
    spans = spans || expected_span((spans->-1->>'version')::integer, NEW.id)
  WHERE host_id = NEW.id AND jsonb_array_length(spans) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER expect_zone AFTER UPDATE OF timezone ON host FOR EACH ROW
  WHEN (OLD.timezone IS DISTINCT FROM NEW.timezone) EXECUTE FUNCTION expect_zone();

-- A host is back: what was not known of it can be known soon, and what was said may be wrong.
CREATE FUNCTION expect_returned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE expected_cursor SET check_at = NEW.to_at + interval '2 minutes'
  WHERE host_id = NEW.host_id AND check_at > NEW.to_at + interval '2 minutes' AND checked_to < NEW.to_at;
  UPDATE missed_run SET recheck_at = NEW.to_at + interval '2 minutes'
  WHERE host_id = NEW.host_id AND verdict = 'missed' AND recheck_at IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER expect_returned AFTER INSERT ON host_absence FOR EACH ROW EXECUTE FUNCTION expect_returned();

-- What was before is not judged afterwards.
INSERT INTO expected_cursor (host_id, job_id, spans)
SELECT a.host_id, a.job_id, CASE WHEN a.applied_version IS NULL THEN '[]' ELSE expected_span(a.applied_version, a.host_id) END
FROM assignment a;
