-- Times in which hosts start nothing by themselves. Kept when they are over: runs that did not happen are explained by them.
CREATE TABLE "host_pause" (
    "id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "until_at" TIMESTAMPTZ(3) NOT NULL,
    "afterwards" TEXT NOT NULL,
    "made_by" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,

    CONSTRAINT "host_pause_pkey" PRIMARY KEY ("id")
);
-- The one that is part of what a host should have.
CREATE UNIQUE INDEX "host_pause_open_key" ON "host_pause"("host_id") WHERE "ended_at" IS NULL;
CREATE INDEX "host_pause_host_id_from_at_idx" ON "host_pause"("host_id", "from_at");

ALTER TABLE "host_pause" ADD CONSTRAINT "host_pause_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Equals core's `desiredHash`.
CREATE FUNCTION desired_hash_of(host uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C"), ''), 'UTF8')), 'hex')
  FROM (
    SELECT a.job_id || ':' || a.version || ':' || a.manifest_hash || E'\n' AS line
    FROM assignment a
    WHERE a.host_id = host AND a.state <> 'removing' AND a.held_version IS DISTINCT FROM a.version
    UNION ALL
    SELECT 'pause:' || p.id || ':' || (extract(epoch FROM p.until_at) * 1000)::bigint || ':' || p.afterwards || E'\n'
    FROM host_pause p WHERE p.host_id = host AND p.ended_at IS NULL
  ) AS lines
$$;
