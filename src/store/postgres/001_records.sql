-- One partition a day, made when its first record comes and dropped as a whole: see postgres.rs. `days` has those that are there.
CREATE TABLE days (day integer PRIMARY KEY);

CREATE SEQUENCE record_ids;
CREATE TABLE records (
    day integer NOT NULL,
    id bigint NOT NULL DEFAULT nextval('record_ids'),
    time bigint NOT NULL,
    reference bigint NOT NULL,
    queue_id text,
    document text NOT NULL,
    PRIMARY KEY (day, id),
    UNIQUE (day, reference)
) PARTITION BY LIST (day);
CREATE INDEX records_queue_id ON records (day, queue_id) WHERE queue_id IS NOT NULL;

-- The tokens of a record: what it is found by.
CREATE TABLE handles (
    day integer NOT NULL,
    token bytea NOT NULL,
    time bigint NOT NULL,
    record bigint NOT NULL,
    PRIMARY KEY (day, token, time, record)
) PARTITION BY LIST (day);

CREATE TABLE clock (
    only_row boolean PRIMARY KEY CHECK (only_row),
    time bigint NOT NULL
);

CREATE TABLE audit (
    seq bigint PRIMARY KEY,
    time bigint NOT NULL,
    worker text NOT NULL,
    role text NOT NULL,
    via text NOT NULL,
    ticket text NOT NULL,
    deed text NOT NULL,
    subject text NOT NULL,
    rows bigint NOT NULL,
    seal bytea NOT NULL
);
CREATE INDEX audit_worker ON audit (worker, time);

-- Both ends of the audit log.
CREATE TABLE audit_ends (
    name text PRIMARY KEY CHECK (name IN ('beginning', 'head')),
    seq bigint NOT NULL,
    seal bytea NOT NULL,
    mark bytea NOT NULL
);
