-- The desk's one file, version 1. Times are milliseconds since the epoch; JSON columns are text.
-- Append-only: a released table changes by a new numbered script, never here.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- --- People and templates of the helpdesk -----------------------------------------------------------------------

CREATE TABLE employees (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    name   TEXT NOT NULL,
    avatar TEXT,
    owner  INTEGER NOT NULL DEFAULT 0      -- 1: the account owner, who is assigned when nobody else is (I1)
) STRICT;

-- API tokens: only the SHA-256 of one is kept.
CREATE TABLE tokens (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    hash       TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    scope      TEXT NOT NULL CHECK (scope IN ('read', 'operate', 'admin')),
    employee   INTEGER REFERENCES employees(id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,                    -- NULL: never
    used_on    INTEGER                     -- the beginning of the latest day of use; NULL: never used
) STRICT;

CREATE TABLE contact_templates (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE task_templates (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL,
    assignee INTEGER REFERENCES employees(id)
) STRICT;

-- Canned answers, with placeholders.
CREATE TABLE quick_replies (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    text  TEXT NOT NULL
) STRICT;

-- --- Accounts and what their channel remembers ------------------------------------------------------------------

CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    channel       TEXT NOT NULL,
    name          TEXT NOT NULL,
    settings      TEXT NOT NULL,           -- JSON, without the secret ones
    health        TEXT NOT NULL DEFAULT 'pending',
    problem       TEXT,                    -- JSON, with health 'failed'
    profile       TEXT,                    -- JSON: how the messenger shows the account
    configured_by INTEGER REFERENCES employees(id),
    paused_until  INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sealed by the host, and opaque here: who reads this file, or a copy of it, has no value.
CREATE TABLE secrets (
    account   TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    value     BLOB NOT NULL,
    candidate BLOB,                        -- entered later, and not accepted by the messenger yet
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
    account      TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    id           TEXT NOT NULL,            -- the plugin's; '' is the account's own
    state        BLOB NOT NULL,
    revision     INTEGER NOT NULL,         -- a commit names the one it read: two writers cannot both win
    facts        TEXT NOT NULL,            -- JSON
    paused_until INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

-- What was handled already: a messenger repeats its callbacks.
CREATE TABLE handled (
    account TEXT NOT NULL,
    dedupe  BLOB NOT NULL,                 -- SHA-256 of the plugin's id, which may name the customer and outlives them here
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, dedupe)
) STRICT, WITHOUT ROWID;

-- What the plugin has still to be told, in order within a conversation: task events and replies, and whatever it broke
-- down over and is told again.
CREATE TABLE events (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    account      TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    conversation TEXT NOT NULL,
    kind         TEXT NOT NULL,            -- inbound, task_event, reply, answer, account_request
    event        TEXT NOT NULL,            -- JSON
    call         INTEGER,                  -- the call whose answer it is: 'sending' until the event is done
    attempts     INTEGER NOT NULL DEFAULT 0, -- counted before each try: one that ends with the process counts
    tries_left   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    problem      TEXT,                     -- JSON: why it waits
    at           INTEGER NOT NULL,
    held         INTEGER                   -- as in `calls`
) STRICT;
CREATE INDEX events_by_conversation ON events (account, conversation, seq);
CREATE INDEX events_by_call ON events (call) WHERE call IS NOT NULL;

-- Events that the plugin could not read or handle, kept for a person.
CREATE TABLE parked (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account      TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    conversation TEXT NOT NULL,
    dedupe       TEXT NOT NULL,
    kind         TEXT NOT NULL,            -- unreadable, inbound, task_event, reply, answer, account_request
    problem      TEXT NOT NULL,            -- JSON
    event        TEXT NOT NULL,            -- JSON
    attempts     INTEGER NOT NULL,         -- tries before it was parked
    at           INTEGER NOT NULL
) STRICT;

-- --- The helpdesk's own things: contacts, tasks, actions --------------------------------------------------------
-- `plugin_id` is the id that the plugin chose (C4); `id` is the desk's.

CREATE TABLE contacts (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account      TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    plugin_id    TEXT NOT NULL,
    conversation TEXT NOT NULL,
    name         TEXT NOT NULL DEFAULT '',
    avatar       TEXT,
    phone        TEXT,
    phone_source TEXT,                     -- the channel's word, as 'typed'; NULL: it did not say
    language     TEXT,
    country      TEXT,
    subscribed   INTEGER,                  -- NULL: unknown
    template     INTEGER,
    created_at   INTEGER NOT NULL,
    erased_at    INTEGER,                  -- only the number is left, for tasks to point to
    UNIQUE (account, plugin_id)
) STRICT;

CREATE TABLE tasks (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account      TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    plugin_id    TEXT NOT NULL,
    conversation TEXT NOT NULL,
    title        TEXT NOT NULL,
    description  TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'completed', 'deleted')),
    requester    INTEGER NOT NULL REFERENCES contacts(id),
    template     INTEGER,
    previous     INTEGER REFERENCES tasks(id),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (account, plugin_id)
) STRICT;
CREATE INDEX tasks_by_requester ON tasks (requester);
CREATE INDEX tasks_by_previous ON tasks (previous);
CREATE INDEX tasks_by_status ON tasks (status, updated_at, id);

CREATE TABLE assignees (
    task     INTEGER NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
    employee INTEGER NOT NULL REFERENCES employees(id),
    position INTEGER NOT NULL,
    -- The task's own, so that an employee's tasks are one walk along an index; a trigger keeps them the same.
    status     TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (task, employee)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignees_by_employee ON assignees (employee, status, updated_at, task);
CREATE TRIGGER assignees_follow AFTER UPDATE OF status, updated_at ON tasks BEGIN
    UPDATE assignees SET status = new.status, updated_at = new.updated_at WHERE task = new.id;
END;

CREATE TABLE actions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account     TEXT NOT NULL,
    plugin_id   TEXT,                      -- NULL: written by an employee
    task        INTEGER NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('message', 'comment', 'note')),
    author_kind TEXT NOT NULL CHECK (author_kind IN ('contact', 'employee', 'system')),
    author_id   INTEGER,
    author_name TEXT NOT NULL,
    text        TEXT NOT NULL,
    parts       TEXT NOT NULL,             -- JSON, the contract's parts
    notify      TEXT NOT NULL DEFAULT '[]',-- JSON, contact ids
    suggestions TEXT NOT NULL DEFAULT '[]',-- JSON, the contract's suggestions
    at          INTEGER NOT NULL,
    UNIQUE (account, plugin_id)
) STRICT;
CREATE INDEX actions_by_task ON actions (task, id);

-- One row a part of a reply to one conversation.
CREATE TABLE deliveries (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of sending
    action       INTEGER NOT NULL REFERENCES actions(id) ON DELETE CASCADE,
    account      TEXT NOT NULL,
    conversation TEXT NOT NULL,
    part         INTEGER NOT NULL,
    state        TEXT NOT NULL,
    message_id   TEXT,
    problem      TEXT,                     -- JSON
    call         INTEGER REFERENCES calls(seq) ON DELETE SET NULL, -- whose answer told the state: what a retry sends
    at           INTEGER NOT NULL,
    UNIQUE (action, conversation, part)
) STRICT;
CREATE INDEX deliveries_by_message ON deliveries (account, message_id);
-- A call that is forgotten looks for who names it.
CREATE INDEX deliveries_by_call ON deliveries (call) WHERE call IS NOT NULL;
CREATE INDEX deliveries_by_conversation ON deliveries (account, conversation, seq);
CREATE INDEX deliveries_pending ON deliveries (at) WHERE state = 'pending';
CREATE INDEX deliveries_unconfirmed ON deliveries (at) WHERE state = 'unconfirmed';

-- Receipts for messages whose id is not known yet (C7).
CREATE TABLE receipts (
    account    TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    state      TEXT NOT NULL,
    up_to      INTEGER NOT NULL,
    problem    TEXT,
    at         INTEGER NOT NULL,
    PRIMARY KEY (account, message_id, state, up_to)
) STRICT, WITHOUT ROWID;

-- --- The outbox -------------------------------------------------------------------------------------------------

CREATE TABLE calls (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    account      TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    conversation TEXT NOT NULL,
    id           TEXT NOT NULL,            -- the plugin's (C4)
    request      TEXT NOT NULL,            -- JSON: the contract's call, frozen, secrets by name
    state        TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'done')),
    attempt      INTEGER NOT NULL DEFAULT 0,
    due_at       INTEGER NOT NULL,
    began_at     INTEGER NOT NULL DEFAULT 0, -- the latest attempt's beginning
    problem      TEXT,                     -- JSON: why it waits
    at           INTEGER NOT NULL,
    held         INTEGER,                  -- when the backup was taken that it came back with: a person has to release it
    by_hand      INTEGER NOT NULL DEFAULT 0, -- 1: it came back with a backup, so only a person may send it again
    UNIQUE (account, id)
) STRICT;
CREATE INDEX calls_open ON calls (account, conversation, seq) WHERE state <> 'done';

-- --- Counters ---------------------------------------------------------------------------------------------------
-- What ever came and went, counted in the transaction that it came or went in: rows are deleted, and the sums still
-- have to hold (G10). Deletions are counted by triggers, so that no way of deleting forgets to.

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name) VALUES
    ('received'), ('repeated'), ('done'), ('forgotten'), ('settled'), ('moved'),
    ('events_queued'), ('events_taken'), ('calls_queued'), ('calls_forgotten'), ('parked_added'), ('parked_removed');

CREATE TRIGGER handled_deleted AFTER DELETE ON handled BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'forgotten';
END;
CREATE TRIGGER events_added AFTER INSERT ON events BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'events_queued';
END;
-- What leaves the queue or the parked ones is settled, whether it was handled, discarded, erased or went with its account;
-- what only went from one to the other is 'moved' besides.
CREATE TRIGGER events_deleted AFTER DELETE ON events BEGIN
    UPDATE counters SET value = value + 1
    WHERE name = 'events_taken' OR (name = 'settled' AND old.kind = 'inbound');
END;
CREATE TRIGGER calls_added AFTER INSERT ON calls BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'calls_queued';
END;
CREATE TRIGGER calls_deleted AFTER DELETE ON calls BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'calls_forgotten';
END;
CREATE TRIGGER parked_added AFTER INSERT ON parked BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'parked_added';
END;
CREATE TRIGGER parked_deleted AFTER DELETE ON parked BEGIN
    UPDATE counters SET value = value + 1
    WHERE name = 'parked_removed' OR (name = 'settled' AND old.kind IN ('inbound', 'unreadable'));
END;

-- --- Files that customers sent ----------------------------------------------------------------------------------
-- Their bytes are in the folder `blobs`, by their SHA-256.

CREATE TABLE media (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    action     INTEGER REFERENCES actions(id) ON DELETE CASCADE,
    part       INTEGER NOT NULL,
    contact    INTEGER REFERENCES contacts(id) ON DELETE CASCADE, -- whose picture it is, where it is no action's
    kind       TEXT NOT NULL CHECK (kind IN ('image', 'video', 'audio', 'file')),
    url        TEXT NOT NULL,
    url_until  INTEGER,                    -- NULL: unknown
    name       TEXT,
    state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'kept', 'failed')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    due_at     INTEGER NOT NULL,
    sha256     TEXT,
    media_type TEXT,
    size       INTEGER,
    problem    TEXT,                       -- JSON
    at         INTEGER NOT NULL,
    UNIQUE (action, part),
    UNIQUE (contact, url)
) STRICT;
CREATE INDEX media_waiting ON media (url_until, id) WHERE state = 'waiting';
CREATE INDEX media_by_blob ON media (sha256) WHERE sha256 IS NOT NULL;

-- --- Files that operators send ----------------------------------------------------------------------------------
-- Their bytes are blobs as well. One that nothing has is an upload, and forgotten after a day; what is written with it
-- gets a row of its own.

CREATE TABLE files (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    action      INTEGER REFERENCES actions(id) ON DELETE CASCADE,
    part        INTEGER NOT NULL DEFAULT 0,  -- which part of the action
    link_id     TEXT UNIQUE,                 -- 256 random bits: what an action's links name
    name        TEXT NOT NULL,
    media_type  TEXT NOT NULL,
    size        INTEGER NOT NULL,
    sha256      TEXT NOT NULL,
    revoked_at  INTEGER,                     -- nobody reads it from then on
    at          INTEGER NOT NULL,
    UNIQUE (action, part)
) STRICT;
CREATE INDEX files_unused ON files (at) WHERE action IS NULL;
CREATE INDEX files_by_blob ON files (sha256) WHERE revoked_at IS NULL;

-- --- The console ------------------------------------------------------------------------------------------------

-- Browsers that are logged in: only the SHA-256 of a cookie is kept. What one may do is what its token may do now.
CREATE TABLE sessions (
    hash  TEXT PRIMARY KEY,
    token TEXT NOT NULL REFERENCES tokens(hash) ON DELETE CASCADE,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_token ON sessions (token);

-- How far an employee has read a task: up to which action.
CREATE TABLE visits (
    employee INTEGER NOT NULL REFERENCES employees(id) ON DELETE CASCADE,
    task     INTEGER NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
    action   INTEGER NOT NULL,
    PRIMARY KEY (employee, task)
) STRICT, WITHOUT ROWID;
CREATE INDEX visits_by_task ON visits (task);

-- The words by which a task is found: its title, its customer's name and phone number. `rowid` is the task's id. What is
-- deleted is overwritten, not only left out: a name that was erased is nowhere.
CREATE VIRTUAL TABLE task_words USING fts5 (words, prefix = '2 3');
INSERT INTO task_words (task_words, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER task_words_added AFTER INSERT ON tasks BEGIN
    INSERT INTO task_words (rowid, words)
    SELECT new.id, new.title || ' ' || name || ' ' || coalesce(phone, '') FROM contacts WHERE id = new.requester;
END;
CREATE TRIGGER task_words_changed AFTER UPDATE OF title, requester ON tasks BEGIN
    UPDATE task_words SET words =
        (SELECT new.title || ' ' || name || ' ' || coalesce(phone, '') FROM contacts WHERE id = new.requester)
    WHERE rowid = new.id;
END;
CREATE TRIGGER task_words_renamed AFTER UPDATE OF name, phone ON contacts
WHEN old.name IS NOT new.name OR old.phone IS NOT new.phone BEGIN
    UPDATE task_words SET words =
        (SELECT title || ' ' || new.name || ' ' || coalesce(new.phone, '') FROM tasks WHERE id = task_words.rowid)
    WHERE rowid IN (SELECT id FROM tasks WHERE requester = new.id);
END;
CREATE TRIGGER task_words_deleted AFTER DELETE ON tasks BEGIN
    DELETE FROM task_words WHERE rowid = old.id;
END;

-- The words of what was written in tasks, by action; the texts themselves stand in `actions` only. Overwritten as above.
CREATE VIRTUAL TABLE action_words USING fts5 (text, content = 'actions', content_rowid = 'id', prefix = '3');
INSERT INTO action_words (action_words, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER action_words_added AFTER INSERT ON actions BEGIN
    INSERT INTO action_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER action_words_changed AFTER UPDATE OF text ON actions BEGIN
    INSERT INTO action_words (action_words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO action_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER action_words_deleted AFTER DELETE ON actions BEGIN
    INSERT INTO action_words (action_words, rowid, text) VALUES ('delete', old.id, old.text);
END;

-- --- What a restored backup had not sent ------------------------------------------------------------------------
-- Few rows, and mostly none.

CREATE INDEX calls_held ON calls (account, conversation) WHERE held IS NOT NULL;
CREATE INDEX events_held ON events (account, conversation) WHERE held IS NOT NULL;
CREATE INDEX contacts_by_conversation ON contacts (account, conversation);

-- --- Whose turn it is -------------------------------------------------------------------------------------------
-- The first of each conversation that waits and is not held; no other of it may go. The workers look at these at every
-- change and once a second, however much waits behind them or is done. Kept by triggers, so that no way of changing a row
-- forgets to.

CREATE TABLE first_calls (
    account      TEXT NOT NULL,
    conversation TEXT NOT NULL,
    call         INTEGER NOT NULL,
    due_at       INTEGER,                  -- NULL: it is under way
    PRIMARY KEY (account, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX first_calls_by_due ON first_calls (account, due_at, call);

CREATE TRIGGER first_calls_added AFTER INSERT ON calls BEGIN
    INSERT OR IGNORE INTO first_calls VALUES (new.account, new.conversation, new.seq, new.due_at);
END;
CREATE TRIGGER first_calls_changed AFTER UPDATE OF state, due_at, held ON calls BEGIN
    DELETE FROM first_calls WHERE account = new.account AND conversation = new.conversation;
    INSERT INTO first_calls
    SELECT account, conversation, seq, iif(state = 'queued', due_at, NULL) FROM calls
    WHERE account = new.account AND conversation = new.conversation AND state <> 'done' AND held IS NULL
    ORDER BY seq LIMIT 1;
END;
CREATE TRIGGER first_calls_deleted AFTER DELETE ON calls WHEN old.state <> 'done' BEGIN
    DELETE FROM first_calls WHERE account = old.account AND conversation = old.conversation;
    INSERT INTO first_calls
    SELECT account, conversation, seq, iif(state = 'queued', due_at, NULL) FROM calls
    WHERE account = old.account AND conversation = old.conversation AND state <> 'done' AND held IS NULL
    ORDER BY seq LIMIT 1;
END;

CREATE TABLE first_events (
    account      TEXT NOT NULL,
    conversation TEXT NOT NULL,
    event        INTEGER NOT NULL,
    failing      INTEGER NOT NULL,         -- 1: a try has failed
    due_at       INTEGER NOT NULL,
    PRIMARY KEY (account, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX first_events_by_due ON first_events (account, failing, due_at, event);

CREATE TRIGGER first_events_added AFTER INSERT ON events BEGIN
    INSERT OR IGNORE INTO first_events
    VALUES (new.account, new.conversation, new.seq, new.problem IS NOT NULL, new.due_at);
END;
CREATE TRIGGER first_events_changed AFTER UPDATE OF due_at, problem, held ON events BEGIN
    DELETE FROM first_events WHERE account = new.account AND conversation = new.conversation;
    INSERT INTO first_events
    SELECT account, conversation, seq, problem IS NOT NULL, due_at FROM events
    WHERE account = new.account AND conversation = new.conversation AND held IS NULL ORDER BY seq LIMIT 1;
END;
CREATE TRIGGER first_events_deleted AFTER DELETE ON events BEGIN
    DELETE FROM first_events WHERE account = old.account AND conversation = old.conversation;
    INSERT INTO first_events
    SELECT account, conversation, seq, problem IS NOT NULL, due_at FROM events
    WHERE account = old.account AND conversation = old.conversation AND held IS NULL ORDER BY seq LIMIT 1;
END;

-- Few rows each, and looked for at every start or look.
CREATE INDEX calls_sending ON calls (seq) WHERE state = 'sending';
CREATE INDEX conversations_paused ON conversations (paused_until) WHERE paused_until > 0;
