-- A document as somebody wrote it: what is stored as its meaning cannot be turned back into a file. Null: written by an older server.
ALTER TABLE "alert_document" ADD COLUMN "written" JSON;

-- When a policy fired last, however long ago that is.
CREATE INDEX "alert_policy_fired_idx" ON "alert"("policy", "fired_at");
