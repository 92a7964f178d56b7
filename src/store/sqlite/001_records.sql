-- A day is the first column wherever it can be: new rows go to one place, a look-up probes day by day, the newest first, and a day is
-- forgotten as one stretch of each table.
CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    time INTEGER NOT NULL,
    reference INTEGER NOT NULL,
    queue_id TEXT,
    document TEXT NOT NULL,
    UNIQUE (day, reference)
);
CREATE INDEX records_queue_id ON records (day, queue_id) WHERE queue_id IS NOT NULL;

-- The tokens of a record: what it is found by.
CREATE TABLE handles (
    day INTEGER NOT NULL,
    token BLOB NOT NULL,
    time INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (day, token, time, record)
) WITHOUT ROWID;

CREATE TABLE clock (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    time INTEGER NOT NULL
);

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    worker TEXT NOT NULL,
    role TEXT NOT NULL,
    via TEXT NOT NULL,
    ticket TEXT NOT NULL,
    deed TEXT NOT NULL,
    token BLOB,
    rows INTEGER NOT NULL,
    seal BLOB NOT NULL
);
CREATE INDEX audit_worker ON audit (worker, time);

-- Both ends of the audit log.
CREATE TABLE audit_ends (
    name TEXT PRIMARY KEY CHECK (name IN ('beginning', 'head')),
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    mark BLOB NOT NULL
) WITHOUT ROWID;
