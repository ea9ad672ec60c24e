-- People and services that may sign in, what they were granted, and what they sign in with.
CREATE TABLE "account" (
  "id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "name_key" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "issuer" TEXT,
  "subject" TEXT,
  "grants" JSONB NOT NULL DEFAULT '[]',
  "groups" TEXT[] NOT NULL DEFAULT '{}',
  "password_hash" TEXT,
  "totp_secret" BYTEA,
  "totp_confirmed_at" TIMESTAMPTZ(3),
  "totp_step" BIGINT,
  "recovery_hashes" TEXT[] NOT NULL DEFAULT '{}',
  "author" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "disabled_at" TIMESTAMPTZ(3),
  "signed_in_at" TIMESTAMPTZ(3),
  CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "account_name_key_key" ON "account"("name_key");
CREATE UNIQUE INDEX "account_issuer_subject_key" ON "account"("issuer", "subject");

CREATE TABLE "group_role" (
  "name" TEXT NOT NULL,
  "grants" JSONB NOT NULL,
  "author" TEXT NOT NULL,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "group_role_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "api_token" (
  "id" TEXT NOT NULL,
  "account_id" UUID,
  "name" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "area" TEXT NOT NULL,
  "grants" JSONB,
  "addresses" TEXT[] NOT NULL DEFAULT '{}',
  "author" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "revoked_at" TIMESTAMPTZ(3),
  "used_at" TIMESTAMPTZ(3),
  "used_from" TEXT,
  "replaces" TEXT,
  CONSTRAINT "api_token_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "api_token_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "api_token_account_id_idx" ON "api_token"("account_id");

-- Of nobody in particular: the administrator of the token file.
ALTER TABLE "credential" ADD COLUMN "account_id" UUID,
  ADD COLUMN "address" TEXT,
  ADD COLUMN "agent" TEXT,
  ADD COLUMN "method" TEXT,
  ADD COLUMN "session_hash" TEXT,
  ADD CONSTRAINT "credential_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE INDEX "credential_account_id_idx" ON "credential"("account_id");

-- Failed sign-ins by account and by address, shared by all servers.
CREATE TABLE "sign_in_failure" (
  "key" TEXT NOT NULL,
  "failures" DOUBLE PRECISION NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "sign_in_failure_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "sign_in_failure_at_idx" ON "sign_in_failure"("at");

-- Sign-ins that are under way at an identity provider.
CREATE TABLE "oidc_sign_in" (
  "state_hash" TEXT NOT NULL,
  "verifier" TEXT NOT NULL,
  "nonce" TEXT NOT NULL,
  "origin" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "oidc_sign_in_pkey" PRIMARY KEY ("state_hash")
);
CREATE INDEX "oidc_sign_in_expires_at_idx" ON "oidc_sign_in"("expires_at");
