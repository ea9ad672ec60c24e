-- Agent processes that came with a host's identity: two that are alive at once are a host and a copy of it.
CREATE TABLE "agent_instance" (
    "host_id" UUID NOT NULL,
    "instance" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "hostname" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_instance_pkey" PRIMARY KEY ("host_id", "instance")
);

CREATE INDEX "agent_instance_host_id_state_idx" ON "agent_instance"("host_id", "state");

-- The process that holds the session, and how far the host's clock is ahead of ours.
ALTER TABLE "agent_session" ADD COLUMN "instance" UUID,
ADD COLUMN "clock_ahead_ms" BIGINT;
