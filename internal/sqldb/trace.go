package sqldb

import "context"

// traced is a session that tells of each statement.
type traced struct {
	session
	tell func(sql string, args []any)
}

func (t traced) exec(ctx context.Context, sql string, args []any) (int64, error) {
	t.tell(sql, args)
	return t.session.exec(ctx, sql, args)
}

func (t traced) query(ctx context.Context, sql string, args []any) (cursor, error) {
	t.tell(sql, args)
	return t.session.query(ctx, sql, args)
}

func (t traced) batch(ctx context.Context, statements []statement) error {
	for _, s := range statements {
		t.tell(s.sql, s.args)
	}
	return t.session.batch(ctx, statements)
}
