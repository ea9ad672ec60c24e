-- Values that channels need, sealed with a key that is not in the database.
CREATE TABLE "server_secret" (
    "name" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "author" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "server_secret_pkey" PRIMARY KEY ("name")
);

-- What is known of a channel's endpoint: whether it works, how much may be sent now.
CREATE TABLE "channel_state" (
    "channel" TEXT NOT NULL,
    "breaker" JSONB NOT NULL,
    "bucket" JSONB,
    -- Why nothing is sent any more, until somebody writes the channel again.
    "disabled" JSONB,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channel_state_pkey" PRIMARY KEY ("channel")
);
