-- Versions of the agent: what is published, who is to get it, and what became of it.
CREATE TABLE "release" (
    "sha256" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "text" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    "complete" BOOLEAN NOT NULL DEFAULT false,
    "author" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "release_pkey" PRIMARY KEY ("sha256")
);

CREATE UNIQUE INDEX "release_version_platform_key" ON "release"("version", "platform");

CREATE TABLE "release_part" (
    "sha256" TEXT NOT NULL,
    "offset" BIGINT NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "release_part_pkey" PRIMARY KEY ("sha256", "offset")
);

-- Programs do not compress well, and pieces of a part are read without unpacking it whole.
ALTER TABLE "release_part" ALTER COLUMN "data" SET STORAGE EXTERNAL;

CREATE TABLE "upgrade_ring" (
    "id" UUID NOT NULL,
    "version" TEXT NOT NULL,
    "target" JSONB NOT NULL,
    "target_key" TEXT NOT NULL,
    "percent" INTEGER NOT NULL,
    "health_within_ms" INTEGER NOT NULL,
    "author" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "upgrade_ring_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "upgrade_ring_version_target_key_key" ON "upgrade_ring"("version", "target_key");

CREATE TABLE "host_upgrade" (
    "host_id" UUID NOT NULL,
    "version" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "code" TEXT,
    "message" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "host_upgrade_pkey" PRIMARY KEY ("host_id", "version")
);
