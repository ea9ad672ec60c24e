-- AlterTable: the words of a piece of output, where they cannot be read from its data; empty: not searched.
ALTER TABLE "run_output" ADD COLUMN "words" TSVECTOR;

-- Words of a piece for the search. Short plain pieces say themselves what is in them, so that it need not be stored twice:
-- `encode` shows what is not ASCII as numbers, and such pieces have their words given.
CREATE FUNCTION "output_words"(words tsvector, codec smallint, data bytea) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN words IS NOT NULL THEN words WHEN codec = 0 AND length(data) <= 1024 THEN
    to_tsvector('simple'::regconfig, translate(encode(data, 'escape'), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')) END
$$;

-- One for each partition, which goes with it.
CREATE INDEX "run_output_words_idx" ON "run_output" USING gin ("output_words"("words", "codec", "data"));

-- Failures of one job or host are few among its runs.
CREATE INDEX "run_job_id_bad_idx" ON "run"("job_id", "id" DESC) WHERE "state" IN ('failed', 'timed_out', 'killed', 'indeterminate');
CREATE INDEX "run_host_id_bad_idx" ON "run"("host_id", "id" DESC) WHERE "state" IN ('failed', 'timed_out', 'killed', 'indeterminate');

-- Drops the daily partitions that end before a time, and returns how many. What is in the way of a lock for two seconds
-- makes it fail: it is tried again later, and nobody waits behind it.
CREATE FUNCTION "drop_partitions"(parent text, before timestamptz) RETURNS integer LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  child text;
  dropped integer := 0;
BEGIN
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
