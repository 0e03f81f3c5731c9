package sqldb

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/turno-health/turno"
)

var errNull = errors.New("NULL, where a value was expected")

// postgresTarget is where pgx shall put a value meant for dest, and what then
// brings it to dest, if anything is left to do.
func postgresTarget(dest any) (target any, finish func() error) {
	switch d := dest.(type) {
	case *time.Time:
		return d, func() error { *d = d.UTC(); return nil }
	case **time.Time:
		return d, func() error {
			if *d != nil {
				**d = (*d).UTC()
			}
			return nil
		}
	case *uuid.UUID:
		return (*[16]byte)(d), nil
	case **uuid.UUID:
		var v *[16]byte
		return &v, func() error { *d = (*uuid.UUID)(v); return nil }
	case *turno.Date:
		var v pgtype.Date
		return &v, func() error { return required(d, v.Valid, dateOf(v)) }
	case **turno.Date:
		var v pgtype.Date
		return &v, func() error { optional(d, v.Valid, dateOf(v)); return nil }
	case *turno.Clock:
		var v pgtype.Time
		return &v, func() error { return required(d, v.Valid, clockOf(v)) }
	case **turno.Clock:
		var v pgtype.Time
		return &v, func() error { optional(d, v.Valid, clockOf(v)); return nil }
	}
	return dest, nil
}

func required[T any](dest *T, valid bool, value T) error {
	if !valid {
		return errNull
	}
	*dest = value
	return nil
}

func optional[T any](dest **T, valid bool, value T) {
	*dest = nil
	if valid {
		*dest = &value
	}
}

func dateOf(v pgtype.Date) turno.Date { return turno.DateOf(v.Time, time.UTC) }

func clockOf(v pgtype.Time) turno.Clock {
	return turno.Clock(v.Microseconds / time.Minute.Microseconds()) //nolint:gosec // at most 24:00
}

// sqliteAssign brings one column of a row of SQLite to dest.
func sqliteAssign(dest, src any) (err error) {
	switch d := dest.(type) {
	case *any:
		*d = src
		return nil
	case *[]byte:
		return assignBytes(d, src)
	case *time.Time:
		var micros int64
		micros, err = as[int64](src)
		*d = time.UnixMicro(micros).UTC()
	case *uuid.UUID:
		var bytes []byte
		if bytes, err = as[[]byte](src); err == nil {
			*d, err = uuid.FromBytes(bytes)
		}
	case *turno.Date:
		var text string
		if text, err = as[string](src); err == nil {
			*d, err = turno.ParseDate(text)
		}
	case *turno.Clock:
		var text string
		if text, err = as[string](src); err == nil {
			*d, err = turno.ParseClock(text)
		}
	case *string:
		*d, err = as[string](src)
	case *int64:
		*d, err = as[int64](src)
	default:
		return sqliteReflect(dest, src)
	}
	return err
}

func as[T any](src any) (T, error) {
	value, ok := src.(T)
	switch {
	case ok:
		return value, nil
	case src == nil:
		return value, errNull
	}
	return value, fmt.Errorf("the column holds a %T", src)
}

func assignBytes(dest *[]byte, src any) error {
	switch v := src.(type) {
	case nil:
		*dest = nil
	case []byte:
		*dest = append([]byte{}, v...)
	case string:
		*dest = []byte(v)
	default:
		return fmt.Errorf("the column holds a %T", src)
	}
	return nil
}

// sqliteReflect is for pointers to pointers and for named types.
func sqliteReflect(dest, src any) error {
	target := reflect.ValueOf(dest)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return errors.New("the destination is not a pointer")
	}
	target = target.Elem()
	switch {
	case target.Kind() == reflect.Pointer && src == nil:
		target.SetZero()
		return nil
	case target.Kind() == reflect.Pointer:
		value := reflect.New(target.Type().Elem())
		if err := sqliteAssign(value.Interface(), src); err != nil {
			return err
		}
		target.Set(value)
		return nil
	case src == nil:
		return errNull
	}
	return setPlain(target, reflect.ValueOf(src))
}

func setPlain(target, src reflect.Value) error {
	switch {
	case target.Kind() == reflect.String && src.Kind() == reflect.String:
		target.SetString(src.String())
	case target.Kind() == reflect.Bool && src.CanInt():
		target.SetBool(src.Int() != 0)
	case target.CanInt() && src.CanInt() && !target.OverflowInt(src.Int()):
		target.SetInt(src.Int())
	case target.CanUint() && src.CanInt() && src.Int() >= 0 && !target.OverflowUint(uint64(src.Int())): //nolint:gosec // not negative
		target.SetUint(uint64(src.Int())) //nolint:gosec // not negative
	case target.CanFloat() && src.CanFloat():
		target.SetFloat(src.Float())
	case target.CanFloat() && src.CanInt():
		target.SetFloat(float64(src.Int()))
	default:
		return fmt.Errorf("the column holds the %s %v", src.Kind(), src.Interface())
	}
	return nil
}
