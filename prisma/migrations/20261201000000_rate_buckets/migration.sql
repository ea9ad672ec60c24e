-- How much of a limit is used up, for all servers together. One small row per limit, written over and over.
CREATE TABLE "rate_bucket" (
    "name" TEXT NOT NULL,
    -- When all room is back, and when it was last taken, in epoch milliseconds of this database's clock.
    "full_ms" DOUBLE PRECISION NOT NULL,
    "at_ms" DOUBLE PRECISION NOT NULL,
    -- How much was taken then: how the statement that took it learns of it.
    "taken" INTEGER NOT NULL,

    CONSTRAINT "rate_bucket_pkey" PRIMARY KEY ("name")
) WITH (fillfactor = 50);
