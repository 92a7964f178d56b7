-- The days that have records. Each has tables of its own: see sqlite/day.sql.
CREATE TABLE days (day INTEGER PRIMARY KEY);

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
    subject TEXT NOT NULL,
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
