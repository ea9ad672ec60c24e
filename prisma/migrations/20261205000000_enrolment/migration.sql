-- How hosts come in and go: tokens with bounds, hosts that wait to be let in, other keys, the end of a host.
ALTER TYPE "host_state" ADD VALUE 'pending';
ALTER TYPE "host_state" ADD VALUE 'decommissioning';

ALTER TABLE "host" ADD COLUMN "key_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN "key_wanted_at" TIMESTAMPTZ(3),
ADD COLUMN "key_offered" TEXT,
ADD COLUMN "key_offer" JSONB,
ADD COLUMN "joined_from" TEXT,
ADD COLUMN "retired_at" TIMESTAMPTZ(3);

-- The keys of hosts that are there are as old as the hosts.
UPDATE "host" SET "key_since" = "enrolled_at";

ALTER TABLE "enrolment_token" ADD COLUMN "addresses" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN "host_names" TEXT,
ADD COLUMN "needs_approval" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "author" TEXT NOT NULL DEFAULT '';
