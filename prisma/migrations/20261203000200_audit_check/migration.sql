-- What lists look for, made by the database from what was hashed, and short enough for an index.
ALTER TABLE "audit_entry"
  ADD COLUMN "kind" TEXT GENERATED ALWAYS AS (left(("body"::jsonb)->>'kind', 50)) STORED,
  ADD COLUMN "actor_key" TEXT GENERATED ALWAYS AS (left(lower(("body"::jsonb)->>'actor'), 200)) STORED,
  ADD COLUMN "what_key" TEXT GENERATED ALWAYS AS (left(lower(("body"::jsonb)->>'what'), 200)) STORED;
CREATE INDEX "audit_entry_kind_idx" ON "audit_entry"("kind", "seq");
CREATE INDEX "audit_entry_actor_idx" ON "audit_entry"("actor_key", "seq");
-- A part of a name is looked for in here, newest first, without the rows themselves.
CREATE INDEX "audit_entry_looked_for_idx" ON "audit_entry"("seq", "kind", "actor_key", "what_key", "at");

-- How far the chain was checked: up to the newest row, and again from the first one.
CREATE TABLE "audit_check" (
  "id" SMALLINT NOT NULL DEFAULT 1,
  "newest" JSONB NOT NULL,
  "again" JSONB NOT NULL,
  "again_at" TIMESTAMPTZ(3) NOT NULL,
  -- The first row that does not fit, and why; null: all that was looked at does.
  "problem" JSONB,
  CONSTRAINT "audit_check_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "audit_check_one" CHECK ("id" = 1)
);
