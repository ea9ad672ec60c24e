-- Hosts of a protected group are changed only by what so many others than its author approve. Null: not protected.
ALTER TABLE "host_group" ADD COLUMN "approvals" int CHECK ("approvals" BETWEEN 1 AND 2);
-- Who wrote a version: the signed-in caller, while `author` is what he said. Null: from before, or a server by itself.
ALTER TABLE "job_version" ADD COLUMN "written_by" text;

-- A change that waits for others to approve it. Nothing moves before it is applied, whole, in one transaction.
CREATE TABLE "change_request" (
  "number" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- What it would do: `apply`, `remove`, `labels`; and what with.
  "act" text NOT NULL,
  "title" text NOT NULL,
  "body" jsonb NOT NULL,
  "author" text NOT NULL,
  -- Null: the administrator whose token is in a file of the server.
  "author_account" uuid,
  "reason" text,
  -- Of the exact difference; approvals are for it and nothing else.
  "plan_hash" text NOT NULL,
  -- The difference, as people are shown it.
  "plan" jsonb NOT NULL,
  "groups" text[] NOT NULL,
  "required" int NOT NULL,
  -- Whom it is about, for who may see and approve it.
  "host_ids" uuid[] NOT NULL DEFAULT '{}',
  "job_ids" uuid[] NOT NULL DEFAULT '{}',
  "state" text NOT NULL DEFAULT 'open',
  -- Why it is over, in words.
  "outcome" text,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "expires_at" timestamptz(3) NOT NULL,
  "ended_at" timestamptz(3)
);
CREATE INDEX "change_request_open_idx" ON "change_request"("expires_at") WHERE "state" = 'open';

-- One for each person, however many tokens he has.
CREATE TABLE "change_approval" (
  "request" bigint NOT NULL REFERENCES "change_request"("number") ON DELETE CASCADE ON UPDATE CASCADE,
  "account_id" uuid NOT NULL,
  "name" text NOT NULL,
  "plan_hash" text NOT NULL,
  "at" timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("request", "account_id")
);

-- Public keys of approvers; the private ones are theirs alone.
CREATE TABLE "approver_key" (
  "key" text PRIMARY KEY,
  "account_id" uuid NOT NULL REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "name" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT now()
);

-- What approvers signed of job versions; hosts that ask for it are told, and judge by themselves.
CREATE TABLE "definition_approval" (
  "job_id" uuid NOT NULL,
  "version" int NOT NULL,
  "key" text NOT NULL,
  "text" text NOT NULL,
  "signature" text NOT NULL,
  "signed_by" text NOT NULL,
  "at" timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("job_id", "version", "key"),
  FOREIGN KEY ("job_id", "version") REFERENCES "job_version"("job_id", "version") ON DELETE CASCADE ON UPDATE CASCADE
);
