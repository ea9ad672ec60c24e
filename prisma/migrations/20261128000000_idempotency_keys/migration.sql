-- First answers of requests that came with an Idempotency-Key, so that a repeat gets the same.
CREATE TABLE "idempotency_key" (
    "caller" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    -- SHA-256 of method, address and body.
    "request" TEXT NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,
    -- Null while the first request is under way.
    "status" INTEGER,
    "body" JSONB,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("caller", "key")
);
CREATE INDEX "idempotency_key_claimed_at_idx" ON "idempotency_key"("claimed_at");
