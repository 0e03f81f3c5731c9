package turno

import (
	"errors"
	"strings"
	"time"
)

// Kind sorts errors by what the person asking can do about them. Each protocol
// maps kinds to its own answers in one table.
type Kind int

// The kinds. An error without one is Internal.
const (
	KindInternal        Kind = iota // our fault; details go to the log only
	KindInvalid                     // the input is wrong; Fields say where
	KindUnauthenticated             // we do not know who asks
	KindForbidden                   // we know, and they may not
	KindNotFound                    // it is not there, or they may not know that it is
	KindConflict                    // it was fine, but the world has moved on
	KindRateLimited                 // later: RetryAfter says when
	KindUnavailable                 // we cannot just now: RetryAfter says when
)

// The stable codes that clients may decide by.
const (
	CodeInternal             = "internal"
	CodeInvalid              = "invalid"
	CodeUnauthenticated      = "unauthenticated"
	CodeWrongCredentials     = "wrong_credentials"
	CodeSignInAgain          = "sign_in_again"        // the last sign-in is too long ago for this act
	CodeSessionLocked        = "session_locked"       // idle for too long; the password opens it again
	CodeTooManyCodes         = "too_many_codes"       // wrong ones: the sign-in begins again
	CodeSecondFactorNeeded   = "second_factor_needed" // a code has to be given, or a second factor set up
	CodeForbidden            = "forbidden"
	CodeNotFound             = "not_found"
	CodeConflict             = "conflict"
	CodeRateLimited          = "rate_limited"
	CodeUnavailable          = "unavailable"
	CodeSlotTaken            = "slot_taken"
	CodePatientBusy          = "patient_busy"
	CodeNotOffered           = "not_offered"
	CodeInvalidTransition    = "invalid_transition"
	CodeAppointmentsInTheWay = "appointments_in_the_way"
	CodeIdentityTaken        = "identity_taken"
	CodeIdempotencyMismatch  = "idempotency_key_reused"
	CodeTooManyOpenVisits    = "too_many_open_visits"
	CodeAlreadyRated         = "already_rated"
	CodeInUse                = "in_use"
)

// Error is an error meant for the person who asked.
type Error struct {
	Kind    Kind
	Code    string       // stable, one of the Code constants
	Message string       // a sentence for people, with what to do
	Fields  []FieldError // what is wrong with which input, for KindInvalid

	RetryAfter   time.Duration // for KindRateLimited and KindUnavailable
	Alternatives []Interval    // the nearest open times, for CodeSlotTaken
	Appointments []Appointment // those in the way, for CodeAppointmentsInTheWay
	Version      Version       // the state that is saved, when a form was begun from another

	Err error // the cause, for the log
}

// FieldError says what is wrong with one field of the input.
type FieldError struct {
	Location string // "body.email", "query.from"
	Message  string
}

// Error is the sentence, followed by the fields and by the cause if any.
func (e *Error) Error() string {
	var s strings.Builder
	s.WriteString(e.Message)
	for _, field := range e.Fields {
		s.WriteString(" " + field.Location + ": " + field.Message)
	}
	if e.Err != nil {
		s.WriteString(": " + e.Err.Error())
	}
	return s.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// NotFound says that there is no such thing, or none that the caller may know.
func NotFound(what string) *Error {
	return &Error{Kind: KindNotFound, Code: CodeNotFound, Message: "There is no such " + what + "."}
}

// Conflict says that the world has moved on, with a code of its own.
func Conflict(code, message string) *Error {
	return &Error{Kind: KindConflict, Code: code, Message: message}
}

// Forbidden says that the caller is known and may not.
func Forbidden(message string) *Error {
	return &Error{Kind: KindForbidden, Code: CodeForbidden, Message: message}
}

// Unauthenticated says that the caller must sign in first.
func Unauthenticated() *Error {
	return &Error{Kind: KindUnauthenticated, Code: CodeUnauthenticated, Message: "Please sign in first."}
}

// RateLimited says that the caller must wait.
func RateLimited(message string, retryAfter time.Duration) *Error {
	return &Error{Kind: KindRateLimited, Code: CodeRateLimited, Message: message, RetryAfter: retryAfter}
}

// Invalid says what is wrong with the input. With one field its sentence leads.
func Invalid(fields ...FieldError) *Error {
	return &Error{Kind: KindInvalid, Code: CodeInvalid, Message: "Please correct the marked fields.", Fields: fields}
}

// KindOf is the kind of err: KindInternal unless err holds an *Error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return KindInternal
}

// CodeOf is the stable code of err: CodeInternal unless err holds an *Error.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
