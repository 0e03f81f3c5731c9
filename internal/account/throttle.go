package account

import (
	"crypto/sha256"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/limit"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Failed sign-ins are free at first; then each makes the next wait, from a
// second, doubling, to a quarter of an hour. An hour of quiet forgets them.
const (
	freeForAccount = 5
	freeForAddress = 50
	firstDelay     = time.Second
	longestDelay   = 15 * time.Minute
	quiet          = time.Hour
)

// subject is what failures are counted for. It is hashed: the table must not
// tell which names were tried from where.
type subject struct {
	hash []byte
	free int
}

func newSubject(kind, value string, free int) subject {
	sum := sha256.Sum256([]byte(kind + "\x00" + value))
	return subject{hash: sum[:], free: free}
}

// deviceSubject is a device that the user signed in on before: it has a count of
// its own, so strangers can't lock it out.
func deviceSubject(userID uuid.UUID, device []byte) subject {
	return newSubject("device", userID.String()+string(device), freeForAccount)
}

// passwordSubject counts wrong passwords given by somebody who is signed in.
func passwordSubject(userID uuid.UUID) subject {
	return newSubject("password", userID.String(), freeForAccount)
}

// strangerSubjects are the account, known by an id or by a name that nobody has,
// and the address if it is known.
func strangerSubjects(account, address string) []subject {
	return append([]subject{newSubject("account", account, freeForAccount)}, addressSubjects(address)...)
}

// addressSubjects is the address, if it is known.
func addressSubjects(address string) []subject {
	if address == "" {
		return nil
	}
	return []subject{newSubject("address", network(address), freeForAddress)}
}

// codeSubject counts wrong codes of the second factor: those from a known device
// apart, as for passwords.
func codeSubject(userID uuid.UUID, device []byte) subject {
	return newSubject("code", userID.String()+string(device), freeForAccount)
}

// throttled is a KindRateLimited error while one of the subjects has to wait.
func throttled(tx *sqldb.Tx, subjects []subject) error {
	var wait time.Duration
	for _, subject := range subjects {
		failures, err := store.FailuresOf(tx, subject.hash)
		if err != nil {
			return err
		}
		wait = max(wait, subject.wait(failures, tx.Now))
	}
	if wait > 0 {
		return turno.RateLimited("There were too many failed attempts. Please wait a little before the next.", wait)
	}
	return nil
}

// wait is how long the subject has to wait from now; none or less is at once.
func (s subject) wait(failures store.SignInFailures, now time.Time) time.Duration {
	passed := now.Sub(failures.LastAt)
	if failures.Count < s.free || passed > quiet {
		return 0
	}
	delay := longestDelay
	if doublings := failures.Count - s.free; doublings < 10 {
		delay = min(firstDelay<<doublings, longestDelay)
	}
	return delay - passed
}

// countFailure counts one more failure for each of the subjects.
func countFailure(tx *sqldb.Tx, subjects []subject) error {
	for _, subject := range subjects {
		if err := store.AddFailure(tx, subject.hash, tx.Now.Add(-quiet)); err != nil {
			return err
		}
	}
	return nil
}

// network is what one visitor is likely to have: an IPv4 address, or the /64
// that an IPv6 address is in.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// allowFrom uses one turn of an address, if it is known. Errors: KindRateLimited.
func allowFrom(l *limit.Limiter, address string) error {
	if address == "" {
		return nil
	}
	return l.Allow(network(address))
}
