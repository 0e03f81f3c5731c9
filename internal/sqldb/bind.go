package sqldb

import (
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/turno-health/turno"
)

// postgresArgs turns arguments into what pgx sends.
func postgresArgs(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, arg := range args {
		value, err := postgresArg(arg)
		if err != nil {
			return nil, fmt.Errorf("argument $%d: %w", i+1, err)
		}
		out[i] = value
	}
	return out, nil
}

func postgresArg(arg any) (any, error) {
	switch v := pointee(arg).(type) {
	case nil:
		return nil, nil
	case time.Time:
		return turno.Instant(v), nil
	case uuid.UUID:
		return pgtype.UUID{Bytes: v, Valid: true}, nil
	case turno.Date:
		day := time.Date(v.Year, v.Month, v.Day, 0, 0, 0, 0, time.UTC)
		return pgtype.Date{Time: day, Valid: true}, nil
	case turno.Clock:
		minutes := time.Duration(v) * time.Minute
		return pgtype.Time{Microseconds: minutes.Microseconds(), Valid: true}, nil
	case List:
		return v.array()
	default:
		if value := plain(v); value != nil {
			return value, nil
		}
		return nil, fmt.Errorf("a %T cannot be an argument", arg)
	}
}

// sqliteArg turns an argument into what STRICT tables keep.
func sqliteArg(arg any) (any, error) {
	switch v := pointee(arg).(type) {
	case nil:
		return nil, nil
	case time.Time:
		return v.UnixMicro(), nil
	case uuid.UUID:
		return v[:], nil
	case turno.Date:
		return v.String(), nil
	case turno.Clock:
		return v.String(), nil
	default:
		value := plain(v)
		if truth, ok := value.(bool); ok {
			return asInteger(truth), nil
		}
		if value == nil {
			return nil, fmt.Errorf("a %T cannot be an argument", arg)
		}
		return value, nil
	}
}

func asInteger(truth bool) int64 {
	if truth {
		return 1
	}
	return 0
}

// pointee follows pointers; a nil pointer or a nil slice of bytes is nil.
func pointee(arg any) any {
	switch v := arg.(type) {
	case nil, string, int, int64, bool, time.Time, uuid.UUID:
		return arg
	case []byte:
		if v == nil {
			return nil
		}
		return v
	}
	value := reflect.ValueOf(arg)
	for value.Kind() == reflect.Pointer {
		if value.IsNil() {
			return nil
		}
		value = value.Elem()
	}
	if value.Kind() == reflect.Slice && value.IsNil() {
		return nil
	}
	return value.Interface()
}

// plain is the string, int64, float64, bool or []byte that a value is at heart,
// or nil when it is none of them.
func plain(arg any) any {
	switch v := arg.(type) {
	case string, int64, bool, float64, []byte:
		return v
	case int:
		return int64(v)
	}
	value := reflect.ValueOf(arg)
	switch {
	case value.Kind() == reflect.String:
		return value.String()
	case value.CanInt():
		return value.Int()
	case value.CanUint() && value.Uint() <= 1<<63-1:
		return int64(value.Uint()) //nolint:gosec // just compared
	case value.CanFloat():
		return value.Float()
	case value.Kind() == reflect.Bool:
		return value.Bool()
	case value.Kind() == reflect.Slice && value.Type().Elem().Kind() == reflect.Uint8:
		return value.Bytes()
	}
	return nil
}
