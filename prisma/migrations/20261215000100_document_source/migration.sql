-- The text of a document of alerting, with its comments. Null where nobody wrote one.
ALTER TABLE "alert_document" ADD COLUMN "source" TEXT;
