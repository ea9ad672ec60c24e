-- What the sentence of an amendment has, by name. Null where it was written before, or by a server of before.
ALTER TABLE "missed_run" ADD COLUMN "amended_figures" JSONB;
