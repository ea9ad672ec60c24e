-- Which versions an apply would write, ids of new jobs included: who approves it can sign them before they are there.
ALTER TABLE "change_request" ADD COLUMN "jobs" jsonb NOT NULL DEFAULT '[]';
-- What the approver signed of them; kept with the versions once these are written.
ALTER TABLE "change_approval" ADD COLUMN "signatures" jsonb NOT NULL DEFAULT '[]';
