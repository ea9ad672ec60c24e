-- An apply of a hundred jobs to five hundred hosts writes fifty thousand assignments by one statement: what follows from them
-- is written by one as well, not row by row.
CREATE FUNCTION expect_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A dry run is taken back before anything is expected.
  IF current_setting('carillon.dry_run', true) = 'on' THEN RETURN NULL; END IF;
  INSERT INTO expected_cursor AS c (host_id, job_id, spans)
  SELECT n.host_id, n.job_id,
    CASE WHEN n.applied_version IS NOT NULL THEN expected_span(n.applied_version, n.host_id)
      WHEN n.state IN ('failed', 'rejected') THEN expected_span(n.version, n.host_id) ELSE '[]' END
  FROM fresh n
  ON CONFLICT (host_id, job_id) DO UPDATE SET spans = c.spans || excluded.spans, check_at = clock_timestamp();
  RETURN NULL;
END $$;
DROP TRIGGER expect_new ON assignment;
CREATE TRIGGER expect_new AFTER INSERT ON assignment REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION expect_assignments();

-- A dry run puts these checks off to its end, which is none: it is taken back.
ALTER TABLE "assignment" ALTER CONSTRAINT "assignment_job_id_fkey" DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE "assignment" ALTER CONSTRAINT "assignment_host_id_fkey" DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE "expected_cursor" ALTER CONSTRAINT "expected_cursor_host_id_job_id_fkey" DEFERRABLE INITIALLY IMMEDIATE;
