-- News of a ticket from either side, counted: what comes while its server works on it is not lost.
ALTER TABLE "ticket_link" ADD COLUMN "news" INTEGER NOT NULL DEFAULT 0;
-- Until when a server works on it: news wait for that one to be ready.
ALTER TABLE "ticket_link" ADD COLUMN "leased_until" TIMESTAMPTZ(3);
-- What the other system's API names it by, to find it by what comes from there.
ALTER TABLE "ticket_link" ADD COLUMN "remote_id" TEXT;
UPDATE "ticket_link" SET "remote_id" = "link"->'remote'->>'id';
CREATE INDEX "ticket_link_integration_remote_id_idx" ON "ticket_link"("integration", "remote_id");

-- One row for each ticket system: how far it was asked for changes, and what is wrong with it.
CREATE TABLE "ticket_system" (
    "integration" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "problem" JSONB,

    CONSTRAINT "ticket_system_pkey" PRIMARY KEY ("integration")
);

-- Webhooks that came in: the same one twice is taken once.
CREATE TABLE "ticket_delivery" (
    "integration" TEXT NOT NULL,
    "delivery" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ticket_delivery_pkey" PRIMARY KEY ("integration", "delivery")
);
CREATE INDEX "ticket_delivery_received_at_idx" ON "ticket_delivery"("received_at");

-- Channels as they would be written now.
UPDATE "alert_document" SET "spec" = "spec" || jsonb_build_object(
    'signing', '[]'::jsonb,
    'rules', ("spec"->'rules') - 'pollMs' || jsonb_build_object(
        'lookMs', 86400000, 'acknowledgeOn', 'in_progress', 'ackMoves', "spec"->>'type' = 'servicenow', 'comments', true))
    || CASE "spec"->>'type'
        WHEN 'jira' THEN jsonb_build_object('transitions', ("spec"->'transitions') || '{"start": null}'::jsonb)
        ELSE '{"table": "incident"}'::jsonb END
  WHERE "kind" = 'Channel' AND "spec"->>'type' IN ('servicenow', 'jira');
