-- The book of what was accepted and moves a host's desired state: only added to, each entry naming the hash of the one before.
CREATE TABLE accepted_entry (
  seq bigint PRIMARY KEY,
  hash text NOT NULL,
  text text NOT NULL,
  signature text NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT now()
);

-- A job version never changes after it was written; but when a key is not good any more it is signed with another.
CREATE FUNCTION "refuse_changed_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'signature' = to_jsonb(OLD) - 'signature' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is immutable', TG_TABLE_NAME;
END
$$;
DROP TRIGGER "job_version_immutable" ON "job_version";
CREATE TRIGGER "job_version_immutable" BEFORE UPDATE OR DELETE ON "job_version"
  FOR EACH ROW EXECUTE FUNCTION "refuse_changed_version"();

-- By which a server knows again that a host told of this edit itself; null for edits from before.
ALTER TABLE "task_change" ADD COLUMN "proof" text;
