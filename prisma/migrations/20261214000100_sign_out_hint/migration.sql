-- Of a session that began at an identity provider: its ID token, sealed, to end the session there as well. Gone when it ends here.
ALTER TABLE "credential" ADD COLUMN "sign_out_hint" BYTEA;
