-- Tickets in other systems, each written here before it is made there.
CREATE TABLE "ticket_link" (
    "id" UUID NOT NULL,
    "incident_id" UUID NOT NULL,
    "integration" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "ticket" TEXT,
    "url" TEXT,
    "state" TEXT,
    "assignee" TEXT,
    "muted" BOOLEAN NOT NULL DEFAULT false,
    "link" JSONB NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ticket_link_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "ticket_link_key_key" ON "ticket_link"("key");
CREATE UNIQUE INDEX "ticket_link_incident_id_integration_generation_key" ON "ticket_link"("incident_id", "integration", "generation");
CREATE INDEX "ticket_link_due_idx" ON "ticket_link"("due_at") WHERE "due_at" IS NOT NULL;
