-- Turno's first schema. docs/schema.md explains every table.

-- People ---------------------------------------------------------------------

CREATE TABLE users (
    id                BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    username          TEXT NOT NULL UNIQUE CHECK (username <> '' AND instr(username, '@') = 0) CHECK (length(username) <= 150),
    username_folded   TEXT NOT NULL UNIQUE,
    email             TEXT NOT NULL UNIQUE CHECK (length(email) <= 255),
    email_folded      TEXT NOT NULL UNIQUE,
    password          TEXT NOT NULL CHECK (length(password) <= 255),
    role              TEXT NOT NULL CHECK (role IN ('patient', 'doctor', 'admin')),
    staff_level       TEXT CHECK (staff_level IN ('desk', 'full')),
    full_name         TEXT NOT NULL CHECK (full_name <> '') CHECK (length(full_name) <= 200),
    search_name       TEXT NOT NULL,
    time_zone         TEXT NOT NULL DEFAULT 'UTC' CHECK (length(time_zone) <= 64),
    locale            TEXT NOT NULL DEFAULT '' CHECK (length(locale) <= 35),
    email_verified_at INTEGER,
    email_refused_at  INTEGER,
    deactivated_at    INTEGER,
    erased_at         INTEGER,
    factor_due_at     INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    UNIQUE (id, role),
    CHECK ((role = 'admin') = (staff_level IS NOT NULL))
) STRICT;
CREATE INDEX users_by_name ON users (search_name, id);
CREATE INDEX users_of_practice ON users (role, search_name, id) WHERE role <> 'patient';
CREATE INDEX users_new_patients ON users (created_at) WHERE role = 'patient';

-- updated_at moves on every update, also on one made by hand, and never back.
CREATE TRIGGER users_updated_at AFTER UPDATE ON users WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE users SET updated_at = max(OLD.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER)) WHERE id = NEW.id;
END;

CREATE TABLE specializations (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL UNIQUE CHECK (name <> '') CHECK (length(name) <= 100),
    name_folded TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE locations (
    id            BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name          TEXT NOT NULL CHECK (name <> '') CHECK (length(name) <= 200),
    phone         TEXT  NOT NULL DEFAULT '' CHECK (length(phone) <= 32),
    address_line1 TEXT NOT NULL DEFAULT '' CHECK (length(address_line1) <= 200),
    address_line2 TEXT NOT NULL DEFAULT '' CHECK (length(address_line2) <= 200),
    city          TEXT NOT NULL DEFAULT '' CHECK (length(city) <= 100),
    state         TEXT NOT NULL DEFAULT '' CHECK (length(state) <= 100),
    postal_code   TEXT  NOT NULL DEFAULT '' CHECK (length(postal_code) <= 20),
    country       TEXT   NOT NULL DEFAULT '' CHECK (length(country) <= 2),
    directions    TEXT         NOT NULL DEFAULT '',
    time_zone     TEXT  NOT NULL CHECK (length(time_zone) <= 64),
    place_hash    BLOB  NOT NULL UNIQUE CHECK (length(place_hash) = 32)
) STRICT;

CREATE TABLE doctors (
    user_id             BLOB NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
    role                TEXT NOT NULL DEFAULT 'doctor' CHECK (role = 'doctor'),
    specialization_id   INTEGER NOT NULL REFERENCES specializations ON DELETE RESTRICT,
    license_number      TEXT NOT NULL UNIQUE CHECK (license_number <> '') CHECK (length(license_number) <= 100),
    years_of_experience INTEGER NOT NULL CHECK (years_of_experience BETWEEN 0 AND 80),
    rating              REAL NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
    rating_sum          INTEGER NOT NULL DEFAULT 0,
    rating_count        INTEGER NOT NULL DEFAULT 0,
    bio                 TEXT NOT NULL DEFAULT '',
    location_id         BLOB REFERENCES locations ON DELETE RESTRICT CHECK (length(location_id) = 16),
    time_zone           TEXT NOT NULL CHECK (length(time_zone) <= 64),
    slot_minutes        INTEGER NOT NULL DEFAULT 30     CHECK (slot_minutes BETWEEN 5 AND 480),
    buffer_minutes      INTEGER NOT NULL DEFAULT 0      CHECK (buffer_minutes BETWEEN 0 AND 240),
    min_notice_minutes  INTEGER NOT NULL DEFAULT 60     CHECK (min_notice_minutes BETWEEN 0 AND 43200),
    horizon_days        INTEGER NOT NULL DEFAULT 60     CHECK (horizon_days BETWEEN 1 AND 730),
    auto_confirm        INTEGER NOT NULL DEFAULT 0 CHECK (auto_confirm IN (0, 1)),
    verified_at         INTEGER,
    verified_by         BLOB REFERENCES users ON DELETE RESTRICT CHECK (length(verified_by) = 16),
    verification_note   TEXT NOT NULL DEFAULT '',
    calendar_version    INTEGER NOT NULL DEFAULT 1,
    FOREIGN KEY (user_id, role) REFERENCES users (id, role) ON DELETE CASCADE,
    CHECK ((rating_count = 0 AND rating = 0 AND rating_sum = 0)
        OR (rating_count > 0 AND rating = ((200 * rating_sum + rating_count) / (2 * rating_count)) / 100.0))
) STRICT;
CREATE INDEX doctors_by_specialization ON doctors (specialization_id, user_id);
CREATE INDEX doctors_to_verify ON doctors (user_id) WHERE verified_at IS NULL;

CREATE TABLE patients (
    user_id        BLOB NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
    role           TEXT NOT NULL DEFAULT 'patient' CHECK (role = 'patient'),
    date_of_birth  TEXT NOT NULL CHECK (date_of_birth IS date(date_of_birth)),
    gender         TEXT CHECK (gender IN ('male', 'female', 'other')),
    contact_number TEXT CHECK (length(contact_number) <= 15),
    FOREIGN KEY (user_id, role) REFERENCES users (id, role) ON DELETE CASCADE
) STRICT;
CREATE INDEX patients_by_contact_number ON patients (contact_number);
CREATE INDEX patients_by_date_of_birth ON patients (date_of_birth);

CREATE TABLE patient_proxies (
    patient_id    BLOB NOT NULL REFERENCES patients ON DELETE CASCADE CHECK (length(patient_id) = 16),
    proxy_user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(proxy_user_id) = 16),
    relation      TEXT NOT NULL CHECK (length(relation) <= 50),
    ends_at       INTEGER,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (patient_id, proxy_user_id),
    CHECK (patient_id <> proxy_user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_proxies_by_proxy ON patient_proxies (proxy_user_id);

-- proxy_user_id is null when nobody has the name: whoever invites can't tell. One
-- that was declined and then withdrawn stays for its time, hidden: so that asking
-- again, by whatever name, does not revive it.
CREATE TABLE proxy_invitations (
    id            BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    patient_id    BLOB NOT NULL REFERENCES patients ON DELETE CASCADE CHECK (length(patient_id) = 16),
    proxy_user_id BLOB REFERENCES users ON DELETE CASCADE CHECK (length(proxy_user_id) = 16),
    named         TEXT NOT NULL CHECK (named <> '') CHECK (length(named) <= 254),
    named_folded  TEXT NOT NULL,
    relation      TEXT NOT NULL CHECK (length(relation) <= 50),
    ends_at       INTEGER,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    declined_at   INTEGER,
    withdrawn_at  INTEGER,
    CHECK (patient_id <> proxy_user_id),
    CHECK (withdrawn_at IS NULL OR declined_at IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX proxy_invitations_by_name ON proxy_invitations (patient_id, named_folded) WHERE withdrawn_at IS NULL;
CREATE INDEX proxy_invitations_by_proxy ON proxy_invitations (proxy_user_id);

-- A doctor's offer --------------------------------------------------------------

CREATE TABLE availability (
    id              BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    doctor_id       BLOB NOT NULL REFERENCES doctors ON DELETE CASCADE CHECK (length(doctor_id) = 16),
    day_of_week     TEXT NOT NULL CHECK (day_of_week IN ('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday')),
    start_time      TEXT NOT NULL CHECK (start_time GLOB '[0-2][0-9]:[0-5][0-9]' AND start_time <= '24:00'),
    end_time        TEXT NOT NULL CHECK (end_time GLOB '[0-2][0-9]:[0-5][0-9]' AND end_time <= '24:00'),
    release_minutes INTEGER CHECK (release_minutes BETWEEN 0 AND 525600),
    CHECK (start_time < end_time)
) STRICT;

CREATE INDEX availability_by_doctor ON availability (doctor_id, day_of_week, start_time);
CREATE TRIGGER availability_no_overlap BEFORE INSERT ON availability
WHEN EXISTS (SELECT 1 FROM availability
              WHERE doctor_id = NEW.doctor_id AND day_of_week = NEW.day_of_week
                AND start_time < NEW.end_time AND NEW.start_time < end_time)
BEGIN
    SELECT RAISE(ABORT, 'availability_no_overlap');
END;
CREATE TRIGGER availability_no_overlap_update BEFORE UPDATE ON availability
WHEN EXISTS (SELECT 1 FROM availability
              WHERE doctor_id = NEW.doctor_id AND day_of_week = NEW.day_of_week AND id <> OLD.id
                AND start_time < NEW.end_time AND NEW.start_time < end_time)
BEGIN
    SELECT RAISE(ABORT, 'availability_no_overlap');
END;

CREATE TABLE extra_hours (
    id        BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    doctor_id BLOB NOT NULL REFERENCES doctors ON DELETE CASCADE CHECK (length(doctor_id) = 16),
    starts_at INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL,
    CHECK (starts_at < ends_at)
) STRICT;

CREATE INDEX extra_hours_by_doctor ON extra_hours (doctor_id, starts_at);
CREATE TRIGGER extra_hours_no_overlap BEFORE INSERT ON extra_hours
WHEN EXISTS (SELECT 1 FROM extra_hours
              WHERE doctor_id = NEW.doctor_id AND starts_at < NEW.ends_at AND NEW.starts_at < ends_at)
BEGIN
    SELECT RAISE(ABORT, 'extra_hours_no_overlap');
END;
CREATE TRIGGER extra_hours_no_update BEFORE UPDATE ON extra_hours
BEGIN
    SELECT RAISE(ABORT, 'extra_hours are added and deleted, never changed');
END;

CREATE TABLE visit_types (
    id           BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    doctor_id    BLOB NOT NULL REFERENCES doctors ON DELETE CASCADE CHECK (length(doctor_id) = 16),
    name         TEXT NOT NULL CHECK (name <> '') CHECK (length(name) <= 100),
    minutes      INTEGER NOT NULL CHECK (minutes BETWEEN 5 AND 480),
    mode         TEXT NOT NULL DEFAULT 'in_person' CHECK (mode IN ('in_person', 'phone', 'video')),
    audience     TEXT NOT NULL DEFAULT 'all' CHECK (audience IN ('all', 'new', 'known', 'staff')),
    instructions TEXT NOT NULL DEFAULT '',
    active       INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    UNIQUE (doctor_id, name),
    UNIQUE (doctor_id, id)
) STRICT;

CREATE TABLE time_off (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    doctor_id  BLOB NOT NULL REFERENCES doctors ON DELETE CASCADE CHECK (length(doctor_id) = 16),
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    reason     TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    CHECK (starts_at < ends_at)
) STRICT;
CREATE INDEX time_off_by_doctor ON time_off (doctor_id, starts_at);

CREATE TABLE holds (
    id            BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    doctor_id     BLOB NOT NULL REFERENCES doctors ON DELETE CASCADE CHECK (length(doctor_id) = 16),
    visit_type_id BLOB CHECK (length(visit_type_id) = 16),
    starts_at     INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL,
    holder_id     BLOB NOT NULL CHECK (length(holder_id) = 16),
    anonymous     INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
    address       TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 45),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    used          INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
    CHECK (starts_at < ends_at),
    FOREIGN KEY (doctor_id, visit_type_id) REFERENCES visit_types (doctor_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX holds_one_live ON holds (holder_id) WHERE ended_at IS NULL;
CREATE INDEX holds_by_holder ON holds (holder_id, doctor_id, created_at);
CREATE INDEX holds_ended ON holds (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX holds_by_address ON holds (address) WHERE anonymous AND ended_at IS NULL;

-- Visits -------------------------------------------------------------------------

CREATE TABLE appointments (
    id                  BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    patient_id          BLOB NOT NULL REFERENCES patients ON DELETE RESTRICT CHECK (length(patient_id) = 16),
    doctor_id           BLOB NOT NULL REFERENCES doctors ON DELETE RESTRICT CHECK (length(doctor_id) = 16),
    scheduled_at        INTEGER NOT NULL,
    ends_at             INTEGER NOT NULL,
    status              TEXT NOT NULL DEFAULT 'pending' CHECK (status = 'pending' OR status = 'confirmed' OR status = 'completed' OR status = 'cancelled'),
    visit_type_id       BLOB CHECK (length(visit_type_id) = 16),
    location_id         BLOB REFERENCES locations ON DELETE RESTRICT CHECK (length(location_id) = 16),
    booked_by           BLOB REFERENCES users ON DELETE RESTRICT CHECK (length(booked_by) = 16),
    reason              BLOB,
    sequence            INTEGER NOT NULL DEFAULT 0,
    cancellation_kind   TEXT CHECK (cancellation_kind = 'patient' OR cancellation_kind = 'practice' OR cancellation_kind = 'expired' OR cancellation_kind = 'no_show'),
    cancelled_at        INTEGER,
    cancelled_by        BLOB REFERENCES users ON DELETE RESTRICT CHECK (length(cancelled_by) = 16),
    cancellation_reason BLOB,
    coming_at           INTEGER,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    FOREIGN KEY (doctor_id, visit_type_id) REFERENCES visit_types (doctor_id, id) ON DELETE RESTRICT,
    CHECK (scheduled_at < ends_at),
    CHECK ((status = 'cancelled') = (cancellation_kind IS NOT NULL)),
    CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
    CHECK (status = 'cancelled' OR (cancelled_by IS NULL AND cancellation_reason IS NULL))
) STRICT, WITHOUT ROWID;
-- With what a doctor's visits are counted and queued by, so that nobody reads three
-- months of them one by one to find the few that wait.
CREATE INDEX appointments_by_doctor ON appointments (doctor_id, scheduled_at, status, ends_at, cancellation_kind);
CREATE INDEX appointments_by_patient ON appointments (patient_id, scheduled_at);
CREATE INDEX appointments_by_time ON appointments (scheduled_at, id);
CREATE INDEX appointments_by_booking ON appointments (created_at);
CREATE INDEX appointments_pending ON appointments (ends_at) WHERE status = 'pending';

-- The life of a visit (DESIGN.md, section 2): nothing else can happen to one.
CREATE TRIGGER appointments_identity BEFORE UPDATE OF doctor_id, patient_id ON appointments
WHEN NEW.doctor_id <> OLD.doctor_id OR NEW.patient_id <> OLD.patient_id
BEGIN
    SELECT RAISE(ABORT, 'a visit keeps its doctor and its patient');
END;
CREATE TRIGGER appointments_life BEFORE UPDATE OF status, cancellation_kind ON appointments
WHEN NOT (
       (NEW.status = OLD.status AND NEW.cancellation_kind IS OLD.cancellation_kind)
    OR (OLD.status = 'pending'   AND (NEW.status = 'confirmed'
        OR (NEW.status = 'cancelled' AND NEW.cancellation_kind <> 'no_show')))
    OR (OLD.status = 'confirmed' AND NEW.status IN ('pending', 'completed', 'cancelled'))
    OR (OLD.status = 'completed' AND NEW.status = 'cancelled' AND NEW.cancellation_kind = 'no_show'
        AND NOT EXISTS (SELECT 1 FROM feedback WHERE appointment_id = NEW.id))
    OR (OLD.status = 'cancelled' AND OLD.cancellation_kind = 'no_show' AND NEW.status = 'completed'))
BEGIN
    SELECT RAISE(ABORT, 'a visit cannot change so');
END;

-- The one calendar: nobody is ever in two places at once.
CREATE TABLE busy_periods (
    owner_id       BLOB NOT NULL REFERENCES users ON DELETE RESTRICT CHECK (length(owner_id) = 16),
    starts_at      INTEGER NOT NULL,
    ends_at        INTEGER NOT NULL,
    kind           TEXT NOT NULL CHECK (kind = 'appointment' OR kind = 'hold' OR kind = 'time_off'),
    appointment_id BLOB REFERENCES appointments ON DELETE RESTRICT CHECK (length(appointment_id) = 16),
    hold_id        BLOB REFERENCES holds ON DELETE RESTRICT CHECK (length(hold_id) = 16),
    time_off_id    BLOB REFERENCES time_off ON DELETE RESTRICT CHECK (length(time_off_id) = 16),
    expires_at     INTEGER,
    PRIMARY KEY (owner_id, starts_at),
    CHECK (starts_at < ends_at),
    CHECK ((kind = 'appointment') = (appointment_id IS NOT NULL)),
    CHECK ((kind = 'hold') = (hold_id IS NOT NULL)),
    CHECK ((kind = 'hold') = (expires_at IS NOT NULL)),
    CHECK ((kind = 'time_off') = (time_off_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
-- As no two rows overlap, the one with the greatest start below the new end is the
-- only one that can be in the way. IGNORE: zero rows means taken, as on PostgreSQL.
CREATE TRIGGER busy_periods_no_overlap BEFORE INSERT ON busy_periods
WHEN NEW.starts_at < (SELECT ends_at FROM busy_periods
                       WHERE owner_id = NEW.owner_id AND starts_at < NEW.ends_at
                       ORDER BY starts_at DESC LIMIT 1)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER busy_periods_fixed BEFORE UPDATE OF owner_id, starts_at, ends_at ON busy_periods
BEGIN
    SELECT RAISE(ABORT, 'a busy period is inserted and deleted, never moved');
END;
CREATE INDEX busy_periods_by_hold ON busy_periods (hold_id) WHERE hold_id IS NOT NULL;
CREATE INDEX busy_periods_by_time_off ON busy_periods (time_off_id) WHERE time_off_id IS NOT NULL;
CREATE INDEX busy_periods_expiring ON busy_periods (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE feedback (
    id             BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    patient_id     BLOB NOT NULL REFERENCES patients ON DELETE RESTRICT CHECK (length(patient_id) = 16),
    doctor_id      BLOB NOT NULL REFERENCES doctors ON DELETE RESTRICT CHECK (length(doctor_id) = 16),
    appointment_id BLOB NOT NULL UNIQUE REFERENCES appointments ON DELETE RESTRICT CHECK (length(appointment_id) = 16),
    rating         INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    comments       TEXT,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE TRIGGER feedback_is_fixed BEFORE UPDATE OF patient_id, doctor_id, appointment_id, rating ON feedback
BEGIN
    SELECT RAISE(ABORT, 'feedback keeps its visit and its rating');
END;
CREATE INDEX feedback_by_doctor ON feedback (doctor_id, created_at, id);
CREATE INDEX feedback_by_rating ON feedback (doctor_id, rating);
CREATE INDEX feedback_by_patient ON feedback (patient_id);

-- Only a completed visit can be rated, and only by its patient. Neither it nor its
-- rating changes the doctor, so no key of (doctor_id, id) is needed, which every booking
-- would pay for.
CREATE TRIGGER feedback_of_completed_visit BEFORE INSERT ON feedback
WHEN NOT EXISTS (SELECT 1 FROM appointments
                  WHERE id = NEW.appointment_id AND doctor_id = NEW.doctor_id
                    AND patient_id = NEW.patient_id AND status = 'completed')
BEGIN
    SELECT RAISE(ABORT, 'only a completed visit can be rated, by its patient');
END;

-- The trail ------------------------------------------------------------------------

CREATE TABLE audit_logs (
    id            BLOB NOT NULL CHECK (length(id) = 16),
    action_by     BLOB REFERENCES users ON DELETE RESTRICT CHECK (length(action_by) = 16),
    action_type   TEXT NOT NULL CHECK (length(action_type) <= 255),
    action_detail TEXT,
    created_at    INTEGER NOT NULL,
    entity        TEXT NOT NULL CHECK (length(entity) <= 50),
    entity_id     TEXT NOT NULL CHECK (length(entity_id) <= 64),
    subject_id    BLOB CHECK (length(subject_id) = 16),
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_logs_by_time ON audit_logs (created_at, id);
CREATE INDEX audit_logs_by_actor ON audit_logs (action_by, created_at);
CREATE INDEX audit_logs_by_entity ON audit_logs (entity_id, created_at);
CREATE INDEX audit_logs_by_subject ON audit_logs (subject_id, created_at) WHERE subject_id IS NOT NULL;

CREATE TRIGGER audit_logs_no_update BEFORE UPDATE ON audit_logs
BEGIN
    SELECT RAISE(ABORT, 'audit_logs is append-only');
END;
-- INSERT OR REPLACE deletes without asking the trigger below.
CREATE TRIGGER audit_logs_no_replace BEFORE INSERT ON audit_logs
WHEN EXISTS (SELECT 1 FROM audit_logs WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'audit_logs is append-only');
END;
CREATE TRIGGER audit_logs_no_delete BEFORE DELETE ON audit_logs
BEGIN
    SELECT RAISE(ABORT, 'audit_logs is append-only');
END;

-- Who has looked at whom in which hour: one READ row in the trail for each.
CREATE TABLE record_reads (
    reader_id  BLOB NOT NULL CHECK (length(reader_id) = 16),
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    hour       INTEGER NOT NULL,
    PRIMARY KEY (reader_id, subject_id, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_reads_by_hour ON record_reads (hour);

-- Signing in -------------------------------------------------------------------------

CREATE TABLE sessions (
    id               BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id          BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    token_hash       BLOB NOT NULL UNIQUE,
    created_at       INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    last_seen_at     INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    address          TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 45),
    user_agent       TEXT NOT NULL DEFAULT '' CHECK (length(user_agent) <= 255)
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);

-- Devices that signed in before: a stranger's failures do not lock them out.
CREATE TABLE devices (
    token_hash   BLOB NOT NULL,
    user_id      BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (token_hash, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_user ON devices (user_id);

CREATE TABLE sign_in_failures (
    subject_hash    BLOB NOT NULL PRIMARY KEY,
    failures        INTEGER NOT NULL,
    last_failure_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A password that was right waits here for the second factor.
CREATE TABLE sign_in_tickets (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id     BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    token_hash  BLOB NOT NULL UNIQUE,
    device_hash BLOB,
    failures    INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_tickets_by_user ON sign_in_tickets (user_id);

-- Authenticator apps: one that counts, and one that is being set up.
CREATE TABLE totp_secrets (
    id           BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id      BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    secret       BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX totp_secrets_confirmed ON totp_secrets (user_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX totp_secrets_pending ON totp_secrets (user_id) WHERE confirmed_at IS NULL;

CREATE TABLE recovery_codes (
    user_id    BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    code_hash  BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkeys (
    id              BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id         BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    credential_id   BLOB NOT NULL UNIQUE,
    public_key      BLOB NOT NULL,
    sign_count      INTEGER NOT NULL,
    backup_eligible INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),
    name            TEXT NOT NULL CHECK (name <> '') CHECK (length(name) <= 100),
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER
) STRICT;
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at);

-- What a browser was asked to sign with a passkey, once. Nobody is known yet when
-- it is to sign in.
CREATE TABLE passkey_challenges (
    token_hash BLOB NOT NULL PRIMARY KEY,
    user_id    BLOB REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    challenge  TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_challenges_by_age ON passkey_challenges (expires_at);

-- Wishes for a new password. One has no token until its link is made.
CREATE TABLE password_resets (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id    BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    token_hash BLOB UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX password_resets_by_user ON password_resets (user_id);

-- Whose calendar program may fetch their visits, by an address that holds a secret.
CREATE TABLE calendar_feeds (
    user_id     BLOB NOT NULL PRIMARY KEY REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    secret_hash BLOB NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL
) STRICT;

-- What happened to an account, for its owner to see.
CREATE TABLE notices (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id    BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    kind       TEXT NOT NULL CHECK (length(kind) <= 50),
    created_at INTEGER NOT NULL,
    seen_at    INTEGER
) STRICT;
CREATE INDEX notices_by_user ON notices (user_id, created_at);

-- The machinery -------------------------------------------------------------------------

CREATE TABLE idempotent_answers (
    user_id    BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    route      TEXT NOT NULL CHECK (length(route) <= 100),
    key        TEXT NOT NULL CHECK (length(key) <= 255),
    body_hash  BLOB NOT NULL,
    answer     BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotent_answers_by_age ON idempotent_answers (created_at);

CREATE TABLE outbox (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    key        TEXT NOT NULL UNIQUE CHECK (length(key) <= 255),
    event      TEXT NOT NULL CHECK (length(event) <= 100),
    payload    TEXT NOT NULL,
    run_at     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    relayed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (event, run_at) WHERE relayed_at IS NULL;

-- What is sent to people, or kept where nothing can be sent. Secret links are never in it.
CREATE TABLE mails (
    id             BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    key            TEXT NOT NULL UNIQUE CHECK (length(key) <= 255),
    kind           TEXT NOT NULL CHECK (length(kind) <= 50),
    user_id        BLOB NOT NULL REFERENCES users CHECK (length(user_id) = 16),
    appointment_id BLOB REFERENCES appointments CHECK (length(appointment_id) = 16),
    sequence       INTEGER NOT NULL,
    about          TEXT NOT NULL CHECK (length(about) <= 255),
    recipient      TEXT NOT NULL CHECK (length(recipient) <= 255),
    state          TEXT NOT NULL CHECK (length(state) <= 20) CHECK (state = 'waiting' OR state = 'sent' OR state = 'failed' OR state = 'kept' OR state = 'dropped' OR state = 'withheld'),
    subject        TEXT NOT NULL,
    body_text      TEXT NOT NULL,
    body_html      TEXT NOT NULL,
    calendar       TEXT NOT NULL,
    attempts       INTEGER NOT NULL,
    last_error     TEXT NOT NULL CHECK (length(last_error) <= 500),
    refused_since  INTEGER,
    attempt_at     INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    sent_at        INTEGER
) STRICT;
-- The queue: attempt_at is when a waiting mail is tried next.
CREATE INDEX mails_waiting ON mails (attempt_at, id) WHERE state = 'waiting';
CREATE INDEX mails_by_state ON mails (state, id);
CREATE INDEX mails_of_user ON mails (user_id);
CREATE INDEX mails_of_visit ON mails (appointment_id);
CREATE INDEX mails_with_bodies ON mails (created_at) WHERE body_text <> '';

-- Which mail somebody does without.
CREATE TABLE mail_refusals (
    user_id    BLOB NOT NULL REFERENCES users ON DELETE CASCADE CHECK (length(user_id) = 16),
    kind       TEXT NOT NULL CHECK (length(kind) <= 50) CHECK (kind IN ('reminder_24h', 'reminder_2h', 'feedback')),
    by_link    INTEGER NOT NULL DEFAULT 0 CHECK (by_link IN (0, 1)), -- what the link of a mail took away, it gives back
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind)
) STRICT, WITHOUT ROWID;

-- Visits by quarter of an hour (UTC), by the time of the visit and by the time of booking.
CREATE TABLE visit_rollups (
    dimension          TEXT NOT NULL CHECK (dimension IN ('scheduled_at', 'created_at')),
    bucket             INTEGER NOT NULL,
    pending            INTEGER NOT NULL,
    confirmed          INTEGER NOT NULL,
    completed          INTEGER NOT NULL,
    cancelled          INTEGER NOT NULL,
    no_shows           INTEGER NOT NULL,
    late_cancellations INTEGER NOT NULL,
    lead_minutes       INTEGER NOT NULL,
    PRIMARY KEY (dimension, bucket)
) STRICT, WITHOUT ROWID;
-- Past quarter hours with visits of which nobody has said whether they took place.
CREATE INDEX visit_rollups_open ON visit_rollups (dimension, bucket, confirmed) WHERE confirmed > 0;
-- Buckets that changed since the last rollup; a row for each change, never updated.
CREATE TABLE visit_changes (
    id           BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    scheduled_at INTEGER NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Doctors whose open times, or what a search looks at, may have changed, for the
-- servers that keep them in memory. A visit, a hold or time off names the stretch of
-- time that it came to, went from or was moved in; a row without one means anything.
-- Positions grow with every commit, as there is one writer and the last row is never
-- removed.
CREATE TABLE calendar_changes (
    position   INTEGER NOT NULL PRIMARY KEY,
    doctor_id  BLOB NOT NULL CHECK (length(doctor_id) = 16),
    starts_at  INTEGER,
    ends_at    INTEGER,
    changed_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000000),
    CHECK ((starts_at IS NULL) = (ends_at IS NULL))
) STRICT;
CREATE TRIGGER appointments_noted AFTER INSERT ON appointments WHEN NEW.status IN ('pending', 'confirmed')
BEGIN
    INSERT INTO calendar_changes (doctor_id, starts_at, ends_at) VALUES (NEW.doctor_id, NEW.scheduled_at, NEW.ends_at);
END;
CREATE TRIGGER appointments_change_noted AFTER UPDATE OF status, scheduled_at, ends_at ON appointments
WHEN NEW.scheduled_at <> OLD.scheduled_at OR NEW.ends_at <> OLD.ends_at
  OR (NEW.status = 'cancelled') <> (OLD.status = 'cancelled')
BEGIN
    INSERT INTO calendar_changes (doctor_id, starts_at, ends_at)
    VALUES (NEW.doctor_id, min(OLD.scheduled_at, NEW.scheduled_at), max(OLD.ends_at, NEW.ends_at));
END;
CREATE TRIGGER holds_noted AFTER INSERT ON holds
BEGIN
    INSERT INTO calendar_changes (doctor_id, starts_at, ends_at) VALUES (NEW.doctor_id, NEW.starts_at, NEW.ends_at);
END;
CREATE TRIGGER holds_change_noted AFTER UPDATE OF expires_at, ended_at ON holds
BEGIN
    INSERT INTO calendar_changes (doctor_id, starts_at, ends_at) VALUES (NEW.doctor_id, NEW.starts_at, NEW.ends_at);
END;
CREATE TRIGGER time_off_noted AFTER INSERT ON time_off
BEGIN
    INSERT INTO calendar_changes (doctor_id, starts_at, ends_at) VALUES (NEW.doctor_id, NEW.starts_at, NEW.ends_at);
END;
CREATE TRIGGER time_off_change_noted AFTER UPDATE ON time_off
BEGIN
    INSERT INTO calendar_changes (doctor_id, starts_at, ends_at)
    VALUES (NEW.doctor_id, min(OLD.starts_at, NEW.starts_at), max(OLD.ends_at, NEW.ends_at));
END;
CREATE TRIGGER time_off_end_noted AFTER DELETE ON time_off
BEGIN
    INSERT INTO calendar_changes (doctor_id, starts_at, ends_at) VALUES (OLD.doctor_id, OLD.starts_at, OLD.ends_at);
END;
CREATE TRIGGER availability_noted AFTER INSERT ON availability
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (NEW.doctor_id);
END;
CREATE TRIGGER availability_change_noted AFTER UPDATE ON availability
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (NEW.doctor_id);
END;
CREATE TRIGGER availability_end_noted AFTER DELETE ON availability
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (OLD.doctor_id);
END;
CREATE TRIGGER extra_hours_noted AFTER INSERT ON extra_hours
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (NEW.doctor_id);
END;
CREATE TRIGGER extra_hours_change_noted AFTER UPDATE ON extra_hours
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (NEW.doctor_id);
END;
CREATE TRIGGER extra_hours_end_noted AFTER DELETE ON extra_hours
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (OLD.doctor_id);
END;
CREATE TRIGGER visit_types_noted AFTER INSERT ON visit_types
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (NEW.doctor_id);
END;
CREATE TRIGGER visit_types_change_noted AFTER UPDATE ON visit_types
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (NEW.doctor_id);
END;
CREATE TRIGGER visit_types_end_noted AFTER DELETE ON visit_types
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (OLD.doctor_id);
END;
CREATE TRIGGER doctors_noted AFTER INSERT ON doctors
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (NEW.user_id);
END;
CREATE TRIGGER doctors_change_noted AFTER UPDATE ON doctors
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (NEW.user_id);
END;
CREATE TRIGGER users_change_noted AFTER UPDATE OF search_name, deactivated_at, erased_at ON users WHEN NEW.role = 'doctor'
BEGIN
    INSERT INTO calendar_changes (doctor_id) VALUES (NEW.id);
END;

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY CHECK (length(name) <= 100),
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sealing_keys (
    id         TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 32),
    proof      BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
