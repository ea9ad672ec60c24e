-- A signal may wait for what belongs to it, such as the end of a run's output.
ALTER TABLE "alert_signal" ADD COLUMN "not_before" TIMESTAMPTZ(3);
