-- Runs that ask for a report which is not written yet; gone once its notices are. Written with the run that asks.
CREATE TABLE "report_due" (
    "run_id" UUID NOT NULL,
    "next_at" TIMESTAMPTZ(3),

    CONSTRAINT "report_due_pkey" PRIMARY KEY ("run_id")
);

-- The ingest asks of each run that went well whether its definition reports: of all versions, only those that do are looked at.
CREATE INDEX "job_version_report_idx" ON "job_version"("job_id", "version") WHERE 'action-report' = ANY("needs");
