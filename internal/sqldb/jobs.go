package sqldb

import (
	"database/sql"
	"fmt"
	"net/url"
	"time"
)

const jobsPatience = time.Minute

// jobs opens a connection for River, whose driver speaks database/sql.
func (db *sqliteDB) jobs() (*sql.DB, error) {
	query := url.Values{
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", jobsPatience.Milliseconds()),
			"foreign_keys(1)", "synchronous(FULL)",
		},
		"_txlock": {"immediate"},
	}
	dsn := url.URL{Scheme: "file", Path: db.path, RawQuery: query.Encode()}
	file, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open the connection for jobs: %w", err)
	}
	file.SetMaxOpenConns(1)
	return file, nil
}
