-- What a host last told of its load, in percent; `disk_percent` is the fullest.
ALTER TABLE "agent_session" ADD COLUMN "cpu_percent" SMALLINT, ADD COLUMN "memory_percent" SMALLINT,
  ADD COLUMN "disk_percent" SMALLINT, ADD COLUMN "disks" JSONB, ADD COLUMN "load_at" TIMESTAMPTZ(3);

ALTER TABLE "host_watch" DROP COLUMN "load", ADD COLUMN "cpu_percent" SMALLINT, ADD COLUMN "memory_percent" SMALLINT,
  ADD COLUMN "disk_percent" SMALLINT;

-- A ring: what is older than its length is written over, so that it never grows.
CREATE TABLE "host_load" (
    "host_id" UUID NOT NULL,
    "slot" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "cpu_percent" SMALLINT,
    "memory_percent" SMALLINT,
    "disk_percent" SMALLINT,

    CONSTRAINT "host_load_pkey" PRIMARY KEY ("host_id", "slot")
);
ALTER TABLE "host_load" ADD CONSTRAINT "host_load_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;
