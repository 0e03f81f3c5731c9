package store_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/turno-health/turno/internal/demo"
	"github.com/turno-health/turno/internal/sqldb"
)

// faults are the tables that a statement reads from end to end.
func (p *plans) faults(sql string) []string {
	p.t.Helper()
	if !explainable(sql) {
		return nil
	}
	var faults []string
	undone := errors.New("nothing was to be done")
	err := p.db.Write(p.t.Context(), func(tx *sqldb.Tx) (err error) {
		if p.db.Engine() == sqldb.Postgres {
			faults, err = postgresFaults(tx, sql, p.statements[sql])
		} else {
			faults, err = sqliteFaults(tx, sql, p.statements[sql])
		}
		return errors.Join(undone, err)
	})
	if !errors.Is(err, undone) || err.Error() != undone.Error() {
		p.t.Errorf("explain\n%s\n%v", sql, err)
	}
	return faults
}

func explainable(sql string) bool {
	for _, text := range thorough {
		if strings.Contains(sql, text) {
			return false
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(sql), " ")
	first, _, _ = strings.Cut(first, "\n")
	return slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}, first)
}

// inOrder is a list of everything, some of it at a time.
var inOrder = regexp.MustCompile(`FROM \w+( \w+)?(\s+(LEFT )?JOIN [^\n]+)*\s+(ORDER BY [^()]+)?LIMIT`)

// short are indexes of the few rows that wait for something: they may be read whole.
var short = []string{"appointments_pending", "holds_one_live", "mails_waiting", "outbox_waiting"}

// sqliteFaults reads EXPLAIN QUERY PLAN: "SCAN a" goes through all of a, also "SCAN a
// USING INDEX b" unless it stops at once.
func sqliteFaults(tx *sqldb.Tx, sql string, args []any) ([]string, error) {
	type step struct {
		parent int64
		does   string
	}
	steps, err := sqldb.All(tx, func(row sqldb.Scanner) (s step, err error) {
		var id, unused int64
		err = row.Scan(&id, &s.parent, &unused, &s.does)
		return s, err
	}, "EXPLAIN QUERY PLAN "+sql, args...)
	if strings.Contains(sql, "INSERT INTO appointments") {
		return nil, err // its look for children without a parent is skipped while there are none
	}
	var faults []string
	for _, s := range steps {
		name, scans := strings.CutPrefix(s.does, "SCAN ")
		name, how, _ := strings.Cut(name, " ")
		scans = scans && !slices.ContainsFunc(short, func(index string) bool { return strings.HasSuffix(how, " "+index) })
		sorts := slices.Contains(steps, step{s.parent, "USE TEMP B-TREE FOR ORDER BY"})
		if scans && slices.Contains(grows, tableOf(name, sql)) && (sorts || !inOrder.MatchString(sql)) {
			faults = append(faults, s.does)
		}
	}
	return faults, err
}

// tableOf is the table that a statement calls so.
func tableOf(name, sql string) string {
	words := strings.Fields(sql)
	for i, word := range words {
		if i > 0 && strings.Trim(word, "(),") == name && slices.Contains(grows, strings.Trim(words[i-1], "(),")) {
			return strings.Trim(words[i-1], "(),")
		}
	}
	return name
}

// postgresFaults reads EXPLAIN. In a small clinic sequential scans are made dear, and
// joins that read both sides: then one is planned only where no index serves.
func postgresFaults(tx *sqldb.Tx, sql string, args []any) ([]string, error) {
	dear := []string{"enable_seqscan", "enable_hashjoin", "enable_mergejoin"}
	if plansSize() != demo.S {
		dear = nil
	}
	for _, setting := range dear {
		if _, err := tx.Exec(`SET LOCAL ` + setting + ` = off`); err != nil {
			return nil, err
		}
	}
	text, err := genericPlan(tx, sql, len(args))
	if err != nil {
		return nil, err
	}
	var found []struct{ Plan node }
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		return nil, err
	}
	large, err := largeTables(tx)
	var faults []string
	for _, f := range found {
		faults = append(faults, f.Plan.faults(false, large)...)
	}
	return faults, err
}

// genericPlan is how PostgreSQL goes about a statement whatever its arguments are, as
// package sqldb tells it to.
func genericPlan(tx *sqldb.Tx, sql string, args int) (text string, err error) {
	if _, err := tx.Exec(`PREPARE explained AS ` + sql); err != nil {
		return "", err
	}
	execute := `EXECUTE explained`
	if args > 0 {
		execute += `(NULL` + strings.Repeat(`, NULL`, args-1) + `)`
	}
	err = tx.QueryRow(`EXPLAIN (FORMAT JSON) ` + execute).Scan(&text)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(`DEALLOCATE explained`)
	return text, err
}

// largeTables are those of which a whole read is a fault: all, in a small clinic, and
// in a large one those with ten thousand rows.
func largeTables(tx *sqldb.Tx) (map[string]bool, error) {
	least := 10_000
	if plansSize() == demo.S {
		least = -1 // nobody has counted an empty one
	}
	names, err := sqldb.All(tx, func(row sqldb.Scanner) (name string, err error) {
		err = row.Scan(&name)
		return name, err
	}, `SELECT CAST(relname AS text) FROM pg_class WHERE relkind = 'r' AND reltuples >= $1 AND (reltuples > 0 OR NOT relispartition)`, least)
	large := map[string]bool{}
	for _, name := range names {
		large[name] = true
	}
	return large, err
}

// node is a step of a plan.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Cond     string `json:"Index Cond"`
	Plans    []node
}

// faults are the whole reads of large tables in a plan; limited tells that it stops
// early.
func (n node) faults(limited bool, large map[string]bool) []string {
	switch n.Type {
	case "Limit":
		limited = true
	case "Sort", "Aggregate", "Hash", "Materialize": // which read all that is below
		limited = false
	}
	var faults []string
	whole := n.Type == "Seq Scan" || n.Cond == "" && !limited && (n.Type == "Index Scan" || n.Type == "Index Only Scan")
	table := n.Relation
	if strings.HasPrefix(table, "audit_logs_") {
		table = "audit_logs" // a month of it
	}
	if slices.Contains(short, n.Index) {
		return nil
	}
	if whole && slices.Contains(grows, table) && large[n.Relation] {
		faults = append(faults, n.Type+" on "+n.Relation+" "+n.Index)
	}
	for _, below := range n.Plans {
		faults = append(faults, below.faults(limited, large)...)
	}
	return faults
}
