-- Who is told of incidents and failed runs by webhook.
CREATE TABLE "subscription" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[] NOT NULL,
    "match" TEXT[] NOT NULL,
    "signing" TEXT[] NOT NULL,
    "allow_private_addresses" BOOLEAN NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "breaker" JSONB NOT NULL,
    "stopped" JSONB,
    "dropped" INTEGER NOT NULL DEFAULT 0,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "subscription_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "subscription_name_key_key" ON "subscription"("name_key");

-- One event for one subscription: written with what it tells, sent later, at least once.
CREATE TABLE "subscription_delivery" (
    "id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "number" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "type" TEXT NOT NULL,
    "incident_id" UUID,
    "run_id" UUID,
    -- As text, so that its fields keep their order.
    "data" JSON NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "next_at" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "outcome" JSONB,

    CONSTRAINT "subscription_delivery_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "subscription_delivery_subscription_id_number_idx" ON "subscription_delivery"("subscription_id", "number" DESC);
CREATE INDEX "subscription_delivery_created_at_idx" ON "subscription_delivery"("created_at");
CREATE INDEX "subscription_delivery_next_idx" ON "subscription_delivery"("subscription_id", "next_at") WHERE "next_at" IS NOT NULL;
CREATE INDEX "subscription_delivery_update_idx" ON "subscription_delivery"("incident_id") WHERE "next_at" IS NOT NULL AND "type" = 'incident.updated';
ALTER TABLE "subscription_delivery" ADD CONSTRAINT "subscription_delivery_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscription"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Runs that failed and that somebody wants to hear of; gone once their events are written.
CREATE TABLE "run_failure" (
    "run_id" UUID NOT NULL,

    CONSTRAINT "run_failure_pkey" PRIMARY KEY ("run_id")
);

-- By a trigger, like `run_bad`: a run that does not fail costs nothing, and one that does a look at a table of some rows.
CREATE FUNCTION "note_run_failure"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM subscription WHERE enabled AND stopped IS NULL AND 'run.failed' = ANY(events)) THEN
    INSERT INTO run_failure (run_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER "run_begins_failed" AFTER INSERT ON "run" FOR EACH ROW
  WHEN (NEW.state IN ('failed', 'timed_out', 'killed')) EXECUTE FUNCTION "note_run_failure"();
CREATE TRIGGER "run_turns_failed" AFTER UPDATE ON "run" FOR EACH ROW
  WHEN (NEW.state IN ('failed', 'timed_out', 'killed') AND OLD.state NOT IN ('failed', 'timed_out', 'killed'))
  EXECUTE FUNCTION "note_run_failure"();
