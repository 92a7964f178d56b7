-- The tables of one day; its number stands for NUMBER.
CREATE TABLE records_NUMBER (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    reference INTEGER NOT NULL UNIQUE,
    queue_id TEXT,
    document TEXT NOT NULL
);
CREATE INDEX queue_ids_NUMBER ON records_NUMBER (queue_id) WHERE queue_id IS NOT NULL;

-- The tokens of a record: what it is found by.
CREATE TABLE handles_NUMBER (
    token BLOB NOT NULL,
    time INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (token, time, record)
) WITHOUT ROWID;
