-- The minute in which a run started, counted from 1970 in UTC.
CREATE FUNCTION "run_minute_of"(id uuid) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ((('x' || encode(substring(uuid_send(id) FROM 1 FOR 6), 'hex'))::bit(48)::bigint) / 60000)::integer
$$;

-- CreateTable: runs of the whole fleet by the minute of their start, for the last hours.
CREATE TABLE "run_minute" (
    "minute" INTEGER NOT NULL,
    "slot" SMALLINT NOT NULL,
    "started" INTEGER NOT NULL DEFAULT 0,
    "bad" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "run_minute_pkey" PRIMARY KEY ("minute","slot")
);
