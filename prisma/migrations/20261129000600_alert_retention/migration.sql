-- What is old enough to be forgotten, by its age: the sweep looks every ten minutes.
CREATE INDEX "incident_resolved_idx" ON "incident"("resolved_at") WHERE "state" = 'resolved';
CREATE INDEX "notice_over_idx" ON "notice"("created_at") WHERE "next_at" IS NULL AND "state" <> 'dead';
CREATE INDEX "alert_log_loose_idx" ON "alert_log"("at") WHERE "incident_id" IS NULL;
