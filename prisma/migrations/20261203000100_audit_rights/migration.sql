-- The server may work as a role that owns no tables. What it does to them while it runs is done by functions of the owner,
-- which look for tables in no schema that somebody else could have made.
ALTER FUNCTION "audit_head"() SET search_path = public, pg_temp;
ALTER FUNCTION "audit_follows"() SET search_path = public, pg_temp;
ALTER FUNCTION "ensure_partitions"(date, date) SECURITY DEFINER SET search_path = public, pg_temp;

CREATE OR REPLACE FUNCTION "drop_partitions"(parent text, before timestamptz) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET lock_timeout = '2s' SET search_path = public, pg_temp AS $$
DECLARE
  child text;
  dropped integer := 0;
BEGIN
  IF parent NOT IN ('run', 'run_output') THEN
    RAISE EXCEPTION 'drop_partitions: expected run or run_output, got %', parent USING ERRCODE = 'insufficient_privilege';
  END IF;
  FOR child IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = parent::regclass AND c.relname ~ ('^' || parent || '_[0-9]{8}$')
      AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= (before AT TIME ZONE 'UTC')::date
    ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE %I', child);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$$;

-- The owner may call them anyway; whom else he lets work here is granted it with the tables.
REVOKE EXECUTE ON FUNCTION "ensure_partitions"(date, date) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION "drop_partitions"(text, timestamptz) FROM PUBLIC;
