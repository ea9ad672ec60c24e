-- Whether the request took effect, written with the effect: a repeat after a crash is answered, and not carried out again.
ALTER TABLE "idempotency_key" ADD COLUMN "carried_out" BOOLEAN NOT NULL DEFAULT false;
