-- How far the audit has gone to each place that it is sent to. Whoever sends holds the row locked meanwhile.
CREATE TABLE "audit_target" (
  "name" TEXT NOT NULL,
  -- The newest row that was sent.
  "seq" BIGINT NOT NULL DEFAULT 0,
  -- When rows were last sent, at first when the target was first seen.
  "progress_at" TIMESTAMPTZ(3) NOT NULL,
  "breaker" JSONB NOT NULL,
  -- What went wrong last; null: the last attempt worked.
  "fault" TEXT,
  -- Since when it is known that nothing goes there; told as an incident.
  "late_since" TIMESTAMPTZ(3),
  -- When a server last looked for rows to send there; long ago: none has it in its configuration any more.
  "seen_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "audit_target_pkey" PRIMARY KEY ("name")
);
