-- What was done, by whom and from where: only added to, each row with a hash over what it says and over the row before it.
CREATE TABLE "audit_entry" (
  "seq" BIGINT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  -- Null: from before there was a chain.
  "hash" TEXT,
  -- Canonical JSON, exactly as it was hashed.
  "body" TEXT NOT NULL,
  CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("seq")
);
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at");

-- What was kept of changes so far, oldest first. Nothing vouches for it, and it says so.
INSERT INTO "audit_entry" ("seq", "at", "hash", "body")
SELECT row_number() OVER (ORDER BY x.at, x.id), x.at, NULL, jsonb_build_object('seq', row_number() OVER (ORDER BY x.at, x.id),
    'at', to_char(x.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'previous', '',
    'actor', x.actor, 'account', NULL, 'via', 'server', 'token', NULL, 'from', NULL, 'route', NULL, 'kind', x.kind, 'act', x.act,
    'what', x.what, 'text', nullif(x.text, ''), 'before', NULL, 'after', NULL, 'given', NULL, 'ref', x.ref)::text
FROM (
  SELECT 'job/' || v.job_id || '/' || v.version AS id, v.created_at AS at, v.author AS actor, 'Job' AS kind,
      CASE v.version WHEN 1 THEN 'created' ELSE 'updated' END AS act, j.name AS what, v.reason AS text,
      jsonb_build_object('job', v.job_id, 'version', v.version) AS ref
    FROM job_version v JOIN job j ON j.id = v.job_id
  UNION ALL SELECT 'document/' || c.id, c.at, c.actor, 'AlertDocument',
      CASE WHEN c.before IS NULL THEN 'created' WHEN c.after IS NULL THEN 'deleted' ELSE 'updated' END,
      c.kind || ' ' || c.name, NULL, jsonb_build_object('change', c.id)
    FROM document_change c
  UNION ALL SELECT 'incident/' || l.id, l.at, l.actor, 'Incident', l.code, '#' || i.number || ' ' || i.title, l.text, NULL
    FROM alert_log l JOIN incident i ON i.id = l.incident_id WHERE l.actor IS NOT NULL
  UNION ALL SELECT 'pause/' || p.id, p.from_at, p.made_by, 'Pause', 'paused', h.name, p.reason, NULL
    FROM host_pause p JOIN host h ON h.id = p.host_id
  UNION ALL SELECT 'resume/' || p.id, p.ended_at, p.ended_by, 'Pause', 'resumed', h.name, NULL, NULL
    FROM host_pause p JOIN host h ON h.id = p.host_id WHERE p.ended_by IS NOT NULL
  UNION ALL SELECT 'command/' || c.id, c.created_at, c.author, 'Command', c.action::text, j.name || ' @ ' || h.name, c.message, NULL
    FROM command c JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id
) x;

-- The end of the chain. Whoever asks holds it until his transaction ends, so that of several servers each adds to what the
-- other committed. Volatile: it reads what was committed while it waited.
CREATE FUNCTION "audit_head"(OUT "seq" BIGINT, OUT "hash" TEXT) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('carillon.audit'));
  SELECT e.seq, e.hash INTO "seq", "hash" FROM audit_entry e ORDER BY e.seq DESC LIMIT 1;
  "seq" := coalesce("seq", 0);
  "hash" := coalesce("hash", repeat('0', 64));
END $$;

-- A row that does not follow the last one does not come in, whatever the server that writes it believes.
CREATE FUNCTION "audit_follows"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE head RECORD;
BEGIN
  SELECT * INTO head FROM audit_head();
  IF NEW.seq IS DISTINCT FROM head.seq + 1
    OR (NEW.body::jsonb)->>'previous' IS DISTINCT FROM head.hash
    OR ((NEW.body::jsonb)->>'seq')::bigint IS DISTINCT FROM NEW.seq
    OR NEW.hash IS DISTINCT FROM encode(sha256(convert_to(NEW.body, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'audit: row % does not follow row %', NEW.seq, head.seq USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "audit_entry_follows" BEFORE INSERT ON "audit_entry" FOR EACH ROW EXECUTE FUNCTION "audit_follows"();

CREATE FUNCTION "audit_only_added"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit: rows are only added, % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_entry_only_added" BEFORE UPDATE OR DELETE ON "audit_entry"
  FOR EACH ROW EXECUTE FUNCTION "audit_only_added"();
CREATE TRIGGER "audit_entry_not_emptied" BEFORE TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_only_added"();
-- Also for sessions that replay what another database did.
ALTER TABLE "audit_entry" ENABLE ALWAYS TRIGGER "audit_entry_follows";
ALTER TABLE "audit_entry" ENABLE ALWAYS TRIGGER "audit_entry_only_added";
ALTER TABLE "audit_entry" ENABLE ALWAYS TRIGGER "audit_entry_not_emptied";
