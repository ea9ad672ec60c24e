-- The newest test of the way that alerts take; one row.
CREATE TABLE "self_watch" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    -- Stand for a run that failed and the one that succeeded after it, which exist in no other table.
    "failed_run_id" UUID NOT NULL,
    "good_run_id" UUID NOT NULL,
    "began_at" TIMESTAMPTZ(3) NOT NULL,
    "told_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "silent_since" TIMESTAMPTZ(3),
    -- Of the last one that came through.
    "last_success_at" TIMESTAMPTZ(3),
    "last_told_ms" INTEGER,

    CONSTRAINT "self_watch_pkey" PRIMARY KEY ("id")
);
