-- What the centre keeps for jobs: secrets of their programs, and passwords of accounts that they run as. Only ciphertext,
-- which the signer's vault key opens; see docs/secrets.md.
CREATE TABLE "job_secret" (
    "purpose" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "sealed" BYTEA NOT NULL,
    "jobs" TEXT[] NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "expires_at" TIMESTAMPTZ(3),
    "author" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "job_secret_pkey" PRIMARY KEY ("purpose", "name_key")
);

-- To which key the secrets of a host are sealed, and the host's own signature over it.
CREATE TABLE "host_seal_key" (
    "host_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    CONSTRAINT "host_seal_key_pkey" PRIMARY KEY ("host_id"),
    CONSTRAINT "host_seal_key_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- What a host needs of it, and what it last told of it.
CREATE TABLE "host_secret" (
    "host_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER,
    "code" TEXT,
    "message" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "host_secret_pkey" PRIMARY KEY ("host_id", "purpose", "name_key"),
    CONSTRAINT "host_secret_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "host_secret_purpose_name_key_idx" ON "host_secret"("purpose", "name_key");
