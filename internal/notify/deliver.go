package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// giveUpAfter is how long a mail is tried that the server refuses for now, while it
// takes others. Most lose their point sooner: then they are dropped.
const giveUpAfter = 3 * 24 * time.Hour

// saveTimeout bounds noting what became of an attempt, which goes on also when the
// node stops: a mail that has left must not be sent again.
const saveTimeout = 20 * time.Second

// Deliver takes so many mails at a time, over one connection. They are its own for a
// while: should the node die, others take them after that. It begins no other mail once
// it has been sending for so long, as one that hangs may take four times the timeout.
const (
	atATime = 20
	heldFor = 2 * time.Minute
	sendFor = 30 * time.Second
)

// keepPause is how long keeping mail rests after each lot: where nobody waits for it,
// it leaves the machine to the bookings.
const keepPause = time.Second

// Pause is the least time between two calls of Deliver.
func (s *Service) Pause() time.Duration {
	if s.Sends() {
		return 0
	}
	return keepPause
}

// Deliver sends some of the mails that are due, or keeps them where there is no mail
// server. It says how many are settled and whether more are due. An error is of mails
// that will be tried again; it names no person. Several nodes may call it at once.
func (s *Service) Deliver(ctx context.Context) (done int, more bool, err error) {
	var due []uuid.UUID
	if err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		due, err = store.DueMails(tx, atATime)
		return err
	}); err != nil || len(due) == 0 {
		return 0, false, ended(ctx, err)
	}
	if s.Sends() {
		done, err = s.send(ctx, due)
	} else {
		done, err = s.keep(ctx, due)
	}
	return done, len(due) == atATime, ended(ctx, err)
}

// ended forgets an error that is only of the node's end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// keep writes mails to be read here: together, or each by itself when one of them can't
// be written.
func (s *Service) keep(ctx context.Context, due []uuid.UUID) (done int, err error) {
	drafts, err := s.drafts(ctx, due...)
	if err == nil {
		err = s.settle(ctx, kept(drafts)...)
	}
	switch {
	case err == nil:
		return len(due), nil
	case !canGoOn(ctx, err):
		return 0, err
	case len(due) == 1:
		return 0, errors.Join(err, s.putOff(ctx, due[0]))
	}
	var errs []error
	for _, id := range due {
		one, err := s.keep(ctx, []uuid.UUID{id})
		done += one
		errs = append(errs, err)
	}
	return done, errors.Join(errs...)
}

func kept(drafts []draft) []draft {
	for i := range drafts {
		if drafts[i].State == store.MailIsWaiting {
			drafts[i].State = store.MailIsKept
		}
	}
	return drafts
}

// canGoOn reports whether an error is about one mail: neither the database is away nor
// does the node end.
func canGoOn(ctx context.Context, err error) bool {
	return ctx.Err() == nil && turno.KindOf(err) != turno.KindUnavailable
}

// send takes mails and hands them to the mail server over one connection, in order.
// One that fails, also by a server that hangs at it, comes again later and keeps none of
// the others from leaving, unless the server is in trouble before it is told whom a mail
// is for, or takes leave: then they are given back.
func (s *Service) send(ctx context.Context, due []uuid.UUID) (done int, err error) {
	began := s.config.Now()
	taken, until, err := s.take(ctx, due)
	if err != nil {
		return 0, err
	}
	way := s.config.Mailer.connection()
	defer way.close()
	var errs []error
	for len(taken) > 0 && ctx.Err() == nil && s.config.Now().Sub(began) < sendFor {
		err := s.sendOne(ctx, way, taken[0])
		if ctx.Err() == nil || err == nil { // else it was not tried
			taken = taken[1:]
		}
		if err == nil {
			done++
			continue
		}
		errs = append(errs, err)
		if refused, _ := errors.AsType[*refusal](err); refused.ends() || !canGoOn(ctx, err) {
			break
		}
	}
	return done, errors.Join(append(errs, s.giveBack(ctx, taken, until))...)
}

// take keeps the mails from other nodes until an instant; it returns those that none
// had taken, in their order.
func (s *Service) take(ctx context.Context, due []uuid.UUID) (taken []uuid.UUID, until time.Time, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		until = tx.Now.Add(heldFor)
		taken, err = store.TakeMails(tx, due, until)
		return err
	})
	return slices.DeleteFunc(due, func(id uuid.UUID) bool { return !slices.Contains(taken, id) }), until, err
}

func (s *Service) giveBack(ctx context.Context, ids []uuid.UUID, until time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	return s.note(ctx, func(tx *sqldb.Tx) error { return store.GiveBackMails(tx, ids, until) })
}

// sendOne writes a mail, sends it and notes what became of it. An error, which names
// nobody, tells that it will be tried again.
func (s *Service) sendOne(ctx context.Context, way *connection, id uuid.UUID) error {
	drafts, err := s.drafts(ctx, id)
	if err != nil {
		if canGoOn(ctx, err) {
			err = errors.Join(err, s.putOff(ctx, id))
		}
		return err
	}
	for _, d := range drafts {
		if d.State == store.MailIsWaiting {
			err = s.attempt(ctx, way, &d)
		}
		if ctx.Err() != nil && d.State == store.MailIsWaiting {
			return ctx.Err()
		}
		err = errors.Join(err, s.settle(ctx, d))
	}
	return err
}

// attempt sends a mail, and puts into it what became of that.
func (s *Service) attempt(ctx context.Context, way *connection, d *draft) error {
	now := s.config.Now()
	d.Attempts++
	stands, err := s.withSecret(ctx, d)
	if err != nil {
		d.LastError, d.AttemptAt = "The link could not be made.", now.Add(later(d.Attempts, longestWait))
		return err
	}
	if !stands {
		d.State = store.MailIsDropped
		return nil
	}
	d.refused = way.send(ctx, d.ID, d.Recipient, now, d.letter)
	if d.refused == nil {
		d.State, d.LastError = store.MailIsSent, ""
		return nil
	}
	if d.refused.permanent() || d.refusedTooLong(now) {
		d.State, d.LastError = store.MailIsFailed, d.refused.note()
		return nil
	}
	d.LastError, d.AttemptAt = d.refused.note(), now.Add(later(d.Attempts, d.refused.wait()))
	return d.refused
}

// refusedTooLong reports whether the server has refused this very mail for days. It
// notes since when. Days without a server, or with a sender whom it does not like, count
// for nothing.
func (d *draft) refusedTooLong(now time.Time) bool {
	if d.refused.ofServer() || d.refused.ofSender() {
		return false
	}
	if d.RefusedSince == nil {
		d.RefusedSince = &now
	}
	return now.Sub(*d.RefusedSince) > giveUpAfter
}

// The longest waits between two attempts. What all mails wait for is looked at each
// minute; what may be of the sender, and so of many, is not left for hours once it is mended.
const (
	longestWait   = 6 * time.Hour
	longestServer = time.Minute
	longestSender = 15 * time.Minute
)

func (r *refusal) wait() (longest time.Duration) {
	switch {
	case r.ofServer():
		return longestServer
	case r.ofSender():
		return longestSender
	}
	return longestWait
}

// later is how long after so many attempts the next one is made: the fourth power of
// their number in seconds, up to the longest. It varies, so that many mails do not come
// again at once.
func later(attempts int, longest time.Duration) time.Duration {
	n := min(attempts, 20)
	wait := min(time.Duration(n*n*n*n)*time.Second, longest)
	return wait + time.Duration(rand.Int64N(int64(wait/10))) //nolint:gosec // jitter, no secret
}

// putOff has a mail that cannot be written tried later.
func (s *Service) putOff(ctx context.Context, id uuid.UUID) error {
	return s.note(ctx, func(tx *sqldb.Tx) error {
		m, err := store.MailByID(tx, id)
		if err != nil {
			return err
		}
		m.Attempts++
		m.LastError, m.AttemptAt = "The mail could not be written.", tx.Now.Add(later(m.Attempts, longestWait))
		_, err = store.SaveMail(tx, m)
		return err
	})
}

// settle saves mails, and what a mail server thinks of their addresses.
func (s *Service) settle(ctx context.Context, drafts ...draft) error {
	return s.note(ctx, func(tx *sqldb.Tx) error {
		for _, d := range drafts {
			if err := settleOne(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
}

func settleOne(tx *sqldb.Tx, d draft) error {
	m := d.Mail
	m.LastError = shortened(m.LastError, 500)
	if m.State != store.MailIsWaiting {
		m.SentAt = &tx.Now
	}
	if waited, err := store.SaveMail(tx, m); err != nil || !waited { // settled by another node, or erased with the person
		return err
	}
	switch {
	case m.State == store.MailIsWithheld:
		return askToVerify(tx, d.user)
	case m.State == store.MailIsSent && d.user.EmailRefusedAt != nil:
		return store.MarkAddress(tx, d.UserID, m.Recipient, nil)
	case d.refused.ofMailbox() && d.user.EmailRefusedAt == nil:
		return store.MarkAddress(tx, d.UserID, m.Recipient, &tx.Now)
	}
	return nil
}

// note writes also when the node stops meanwhile.
func (s *Service) note(ctx context.Context, write func(tx *sqldb.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	if err := s.db.Write(ctx, write); err != nil {
		return fmt.Errorf("note what became of a mail: %w", err)
	}
	return nil
}

// shortened is a text of so many bytes at most.
func shortened(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
