-- Of security keys: by which a browser finds one, and how often it was used, as its authenticator said last.
ALTER TABLE "approver_key" ADD COLUMN "credential_id" text;
ALTER TABLE "approver_key" ADD COLUMN "sign_count" bigint NOT NULL DEFAULT 0;
