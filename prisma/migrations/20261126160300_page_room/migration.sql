-- Less room in a page: most rows of numbers come whole, and ends of runs free the place of their starts.
ALTER TABLE "agent_event_batch" SET (fillfactor = 90);

DO $$
DECLARE
  child text;
BEGIN
  FOR child IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '"run"'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (fillfactor = 85)', child);
  END LOOP;
  -- The same for partitions to come.
  EXECUTE replace(pg_get_functiondef('ensure_partitions(date, date)'::regprocedure), 'THEN 80', 'THEN 85');
END
$$;
