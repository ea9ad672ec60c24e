-- Objects in an S3-compatible store that hold what runs wrote. A row is written before its object and deleted after it, so
-- that no object is ever there that nobody knows of. `writing`: it may be there. `held`: it was read back, and what it holds
-- is nowhere else. `leaving`: it is to be deleted.
CREATE TABLE "archived_output" (
    "bucket" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "run_id" UUID NOT NULL,
    "state" TEXT NOT NULL CHECK ("state" IN ('writing', 'held', 'leaving')),
    "length" INTEGER NOT NULL,
    "sha256" BYTEA NOT NULL,
    "stdout_bytes" BIGINT NOT NULL,
    "stderr_bytes" BIGINT NOT NULL,
    "touched_at" TIMESTAMPTZ(3) NOT NULL,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "archived_output_pkey" PRIMARY KEY ("bucket","key")
);

CREATE UNIQUE INDEX "archived_output_held_idx" ON "archived_output"("run_id") WHERE "state" = 'held';
CREATE INDEX "archived_output_passing_idx" ON "archived_output"("touched_at") WHERE "state" <> 'held';

-- One row: how the archive does. Counted with each move, since counting the objects themselves would take seconds.
CREATE TABLE "archive_state" (
    "id" SMALLINT NOT NULL DEFAULT 1 CHECK ("id" = 1),
    "objects" BIGINT NOT NULL DEFAULT 0,
    "object_bytes" BIGINT NOT NULL DEFAULT 0,
    "output_bytes" BIGINT NOT NULL DEFAULT 0,
    "worked_at" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "fault" TEXT,
    "fault_text" TEXT,

    CONSTRAINT "archive_state_pkey" PRIMARY KEY ("id")
);
INSERT INTO "archive_state" ("id") VALUES (1);

-- Drops daily partitions of output from which everything has moved, and returns how many: rows that are deleted leave their
-- room to nobody else. Locked before it is looked at, so that nothing arrives in between; what comes later for such a day
-- goes to the default partition.
CREATE FUNCTION "drop_empty_output"(before timestamptz) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET lock_timeout = '2s' SET search_path = public, pg_temp AS $$
DECLARE
  child text;
  is_empty boolean;
  dropped integer := 0;
BEGIN
  FOR child IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'run_output'::regclass AND c.relname ~ '^run_output_[0-9]{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= (before AT TIME ZONE 'UTC')::date
    ORDER BY c.relname
  LOOP
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', child) INTO is_empty;
    CONTINUE WHEN NOT is_empty;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', child);
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', child) INTO is_empty;
    CONTINUE WHEN NOT is_empty;
    EXECUTE format('DROP TABLE %I', child);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$$;
REVOKE EXECUTE ON FUNCTION "drop_empty_output"(timestamptz) FROM PUBLIC;
