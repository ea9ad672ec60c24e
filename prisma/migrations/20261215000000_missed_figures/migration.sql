-- What the sentence of a verdict has, by name: for who says it in another language. Null where it was written before.
ALTER TABLE "missed_run" ADD COLUMN "figures" JSONB;
