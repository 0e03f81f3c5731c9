package notify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// A mail that waits no more, because another node settled it or its person was erased
// while it was written, has nobody asked and no address marked.
func TestWhatBecameOfAMailIsNotedOnlyWhileItWaits(t *testing.T) {
	t.Parallel()
	for name, waits := range map[string]bool{"it waits": true, "it waits no more": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, _ *storetest.Clock) {
				user := turno.User{ID: turno.NewID(), Username: "carla", Email: "carla@example.org", Role: turno.RolePatient, FullName: "Carla", TimeZone: "Europe/Madrid"}
				m := store.Mail{ID: turno.NewID(), Key: "booked/1", Kind: string(KindBooked), UserID: user.ID}
				var kinds []string
				if err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					if err := store.InsertUser(tx, user); err != nil {
						return err
					}
					if err := store.InsertMail(tx, m); err != nil {
						return err
					}
					m.State, m.AttemptAt = store.MailIsWithheld, tx.Now
					if !waits {
						if _, err := tx.Exec(`UPDATE mails SET state = 'dropped'`); err != nil {
							return err
						}
					}
					if err := settleOne(tx, draft{Mail: m, user: user}); err != nil {
						return err
					}
					mails, err := store.Mails(tx, store.MailFilter{Limit: 10})
					kinds = nil
					for _, m := range mails {
						kinds = append(kinds, m.Kind+" "+string(m.State))
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
				want := []string{"booked dropped"}
				if waits {
					want = []string{"verify_email waiting", "booked withheld"}
				}
				if diff := cmp.Diff(want, kinds); diff != "" {
					t.Errorf("mails (-want +got):\n%s", diff)
				}
			})
		})
	}
}
