-- Tickets of other systems that belong to an incident, as those systems tell it.
CREATE TABLE "incident_link" (
    "id" UUID NOT NULL,
    "incident_id" UUID NOT NULL,
    "system" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "state" TEXT,
    "assignee" TEXT,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "incident_link_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "incident_link_incident_id_system_key_key" ON "incident_link"("incident_id", "system", "key");
